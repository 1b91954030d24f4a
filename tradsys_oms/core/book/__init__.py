"""Orders and where they stand: the limit order book, and the places beside it."""
