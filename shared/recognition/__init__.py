"""Drawing → image → probabilities: the one implementation that serving and training share."""
