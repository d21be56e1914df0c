"""Recordings: keeps what was said, page by page, and gives it out to whom it may."""
