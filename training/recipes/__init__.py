"""Recipes: one TOML file for each model, with every setting of every training step."""
