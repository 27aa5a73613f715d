"""How another service asks."""
