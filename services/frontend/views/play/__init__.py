"""The Play page: ten digits against the clock, and fooling the model."""
