"""The storage service keeps every prediction, its drawing and its label in PostgreSQL. It knows no model."""
