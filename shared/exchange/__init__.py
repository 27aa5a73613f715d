"""`python -m shared.exchange` carries the history of a running Slate to files and back: Parquet, IDX, Label Studio."""
