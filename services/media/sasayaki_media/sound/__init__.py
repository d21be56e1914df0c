"""Prompts, levels and recorded pages: what is heard, measured and written."""
