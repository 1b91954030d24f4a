"""Trading phases, auctions, days, and the time that passes."""
