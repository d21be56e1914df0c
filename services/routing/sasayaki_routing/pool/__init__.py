"""The pool: operators, the contacts that wait for them, and every decision about both."""
