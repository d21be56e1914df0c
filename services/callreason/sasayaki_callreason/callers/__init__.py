"""A contact as people see it, and what its caller came for before."""
