"""The data that training reads, one module a source."""
