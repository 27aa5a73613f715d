"""What the history adds up to."""
