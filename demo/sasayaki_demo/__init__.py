"""The demo: phones, people, and a judge. Knows the platform by its contract only."""
