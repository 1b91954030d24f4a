"""Routing: orders that go to other markets, what their venues report, and what is left in doubt."""
