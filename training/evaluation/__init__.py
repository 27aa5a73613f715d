"""How well a model version does: the slices it is measured on, and the measures."""
