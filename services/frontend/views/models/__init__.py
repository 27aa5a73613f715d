"""The model versions, what they reach, and two of them side by side."""
