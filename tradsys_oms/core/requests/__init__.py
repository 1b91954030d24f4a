"""What peers ask for: new orders, cancels, replaces, questions, of one order or of many."""
