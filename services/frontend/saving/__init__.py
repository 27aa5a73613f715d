"""Sends predictions and labels to storage, and keeps them while storage cannot be reached."""
