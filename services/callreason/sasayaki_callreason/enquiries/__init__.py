"""One contact's enquiry: what it is told, where it stands, what is decided."""
