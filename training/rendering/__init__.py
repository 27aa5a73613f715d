"""Draws pictures from strokes and images: canvas drawings, uploads, photographs, and shapes that are not digits."""
