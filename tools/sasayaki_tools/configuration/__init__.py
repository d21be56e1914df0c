"""What people set up, as files: exported from a platform, imported into the same or another one."""
