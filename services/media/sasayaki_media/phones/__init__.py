"""Supervisors' phones that stay connected."""
