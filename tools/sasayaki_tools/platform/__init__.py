"""The processes that make one platform on this machine, and what they need."""
