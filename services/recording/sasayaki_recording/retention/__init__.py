"""How long recordings are kept, what holds them, and their deletion."""
