"""HTTP: routes, what stands before them, and the console's files."""
