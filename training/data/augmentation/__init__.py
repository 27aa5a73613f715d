"""Varies training examples at random every time they are used, with tensor operations on the device of the batch."""
