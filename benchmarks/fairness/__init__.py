"""Shows how long the other callers of a service wait while one or four callers load it: `make benchmark-fairness`."""
