"""Who heard an operator, when, why and for how long."""
