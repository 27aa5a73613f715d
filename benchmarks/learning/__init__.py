"""What Slate learns from labels, measured through its running services."""
