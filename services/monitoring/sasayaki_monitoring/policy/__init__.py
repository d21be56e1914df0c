"""How monitoring works for each client company."""
