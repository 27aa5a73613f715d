"""Searches training settings with Optuna."""
