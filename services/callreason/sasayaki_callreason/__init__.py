"""Client companies, their flows, why customers call, and the wrap-up after it."""
