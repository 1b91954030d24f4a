"""What the exchange knows before any order comes: instruments, members, sessions, and their changes."""
