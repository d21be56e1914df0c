"""The connection to the media node."""
