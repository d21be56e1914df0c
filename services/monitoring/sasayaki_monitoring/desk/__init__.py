"""What an operator sees of those who monitor and help them."""
