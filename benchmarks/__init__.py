"""Measurements of Slate. Each command prints the figures that README and docs quote."""
