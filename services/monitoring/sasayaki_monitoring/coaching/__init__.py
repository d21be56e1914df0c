"""What operators were told about their calls, and what became of it."""
