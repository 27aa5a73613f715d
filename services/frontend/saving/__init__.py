"""Sends predictions and labels to storage, and keeps them in memory while storage cannot be reached."""
