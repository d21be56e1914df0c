"""Why customers call: a company's tree of reasons, and what is counted by it."""
