"""Measurements of the running services. Each prints what README and docs quote."""
