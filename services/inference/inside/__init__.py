"""What each layer of a network makes of an image, and what would change its answer. Computed with numpy alone."""
