"""The Models page: the model versions, how they were measured, and two of them side by side."""
