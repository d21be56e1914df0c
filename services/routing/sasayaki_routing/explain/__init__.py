"""Why a contact went where it went, in sentences."""
