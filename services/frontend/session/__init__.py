"""State of one visitor that several pages use: the drawing with its prediction, and the chosen model.

State that a single page uses stays in that page's folder.
"""
