"""How fairly imposed monitoring is spread: pure functions on counts, no clock and no library."""
