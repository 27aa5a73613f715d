"""The parts of the benchmark, one scenario each. `--only` chooses among them."""
