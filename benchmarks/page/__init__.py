"""What a visitor of the page waits for, in a real browser: `python -m benchmarks.page`."""
