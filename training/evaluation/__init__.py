"""Measures how well answers match labels, with confidence intervals."""
