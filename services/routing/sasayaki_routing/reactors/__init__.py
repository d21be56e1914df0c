"""What routing asks of others, and of itself, when something has happened."""
