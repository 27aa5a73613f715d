"""The service's routes, version 1, and its health."""
