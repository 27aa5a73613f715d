"""The routes of storage: version 1 of the API, and health."""
