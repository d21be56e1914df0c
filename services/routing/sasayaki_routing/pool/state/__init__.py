"""A pool as its events have left it, and what each event makes of it."""
