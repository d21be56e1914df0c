"""`./sasayaki flow`: check, test, publish and roll back a client company's flows."""
