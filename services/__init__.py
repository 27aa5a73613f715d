"""Slate's three services. None imports another: they exchange the messages of shared.contracts over HTTP."""
