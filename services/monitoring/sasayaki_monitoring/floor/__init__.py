"""Who talks with whom, as supervisors see it."""
