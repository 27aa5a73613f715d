"""Shows what a run reached: a log line per epoch, an experiment tracker, and plots."""
