"""Learns from what people say: selects the labels to trust, fine-tunes the version in use, and publishes it."""
