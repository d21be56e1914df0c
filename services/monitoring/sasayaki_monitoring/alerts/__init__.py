"""Calls for help and who comes."""
