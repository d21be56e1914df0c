"""What outlives a call: messages for client companies' staff, and matters that are escalated."""
