"""Pre-trade risk: what is checked before an order may touch the book."""
