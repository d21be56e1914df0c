"""What an operator sees of their own state."""
