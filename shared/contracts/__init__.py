"""The messages between Slate's processes, HTTP version 1: pydantic models and nothing else."""
