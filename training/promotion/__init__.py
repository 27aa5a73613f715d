"""The command that changes which version answers, with its reason: `python -m training.promotion`."""
