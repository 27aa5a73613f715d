"""The API page: how other services ask for predictions."""
