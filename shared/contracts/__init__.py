"""The messages between Slate's processes, version 1 of the HTTP APIs. This package needs pydantic and nothing else."""
