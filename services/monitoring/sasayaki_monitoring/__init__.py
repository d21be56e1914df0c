"""Supervisors on operators' calls: listening and whispering."""
