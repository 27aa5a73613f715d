"""Compares the drawings of an installation with the validation data of the version that reads them."""
