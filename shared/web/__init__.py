"""What the two FastAPI services share: problems, request limits, logs, health and metrics."""
