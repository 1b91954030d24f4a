"""The core as C extensions."""
