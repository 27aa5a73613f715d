"""Converts the UNIPEN distribution into a file of pen strokes."""
