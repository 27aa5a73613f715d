"""Batches made anew each time they are seen: tensor operations on the device of the batch."""
