"""The stack of `make run`: PostgreSQL and the three services under a supervisor, on one machine without Docker."""
