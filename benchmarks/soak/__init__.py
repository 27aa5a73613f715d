"""Slate under load for an hour, with a fault every minute: what was answered, what was lost, and what grew."""
