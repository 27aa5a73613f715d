"""Reads datasets, splits them, augments them and combines them into the mixture that a run trains on."""
