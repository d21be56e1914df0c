"""One contact's enquiry: its commands, its states, what its events did to it, and what is decided."""
