"""Which operator gets which contact."""
