"""The flow language: what a file may say, how it is checked, and what its steps do."""
