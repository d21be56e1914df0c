"""What outlives a call: messages for client companies, escalated matters, handovers."""
