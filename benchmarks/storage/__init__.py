"""How storage does with a history of millions: one command for the table in docs/storage.md."""
