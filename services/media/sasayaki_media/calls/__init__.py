"""One call: what may be asked of it, what happens in it, what the node is to do."""
