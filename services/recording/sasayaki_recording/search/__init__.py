"""Which recordings there are, and those that somebody looks for."""
