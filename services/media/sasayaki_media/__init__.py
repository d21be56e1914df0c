"""Calls: decides what becomes of them, answers who asks; never in the sound path."""
