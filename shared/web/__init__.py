"""Code that both FastAPI services use: problems, the body limit, logs, metrics, and how a service is served."""
