"""What may be asked of media, and by whom."""
