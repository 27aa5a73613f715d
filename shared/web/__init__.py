"""Everything between a socket and the routes of a service: limits, host names, problems, logs, metrics."""
