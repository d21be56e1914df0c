"""People's names, passwords and rights: the gateway's only state."""
