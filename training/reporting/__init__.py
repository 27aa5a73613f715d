"""Reports the metrics of a run: a log line per epoch, an experiment tracker, and plots."""
