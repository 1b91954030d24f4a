"""What operators do with single orders and trades."""
