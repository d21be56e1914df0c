"""A small morning: what else happens to customers besides talks that are supervised."""
