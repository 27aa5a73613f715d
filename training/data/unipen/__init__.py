"""Converts the public UNIPEN distribution of handwriting into files of pen strokes."""
