"""A venue to try things on: a FIX acceptor that behaves as a script says, well or badly, and keeps the truth."""
