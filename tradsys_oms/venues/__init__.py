"""Venues: other markets that take our orders over FIX."""
