"""Supervisors on operators' calls."""
