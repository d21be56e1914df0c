"""What operators say and look up: greetings and scripts by number and reason, and articles."""
