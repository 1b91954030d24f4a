"""Adapters: what venues speak, one small file for each dialect."""
