"""Client companies' keys, and what people say and key in, sealed with them."""
