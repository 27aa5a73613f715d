"""Trains the reader, the network that finds digits on pages: composed pages → maps → a model version."""
