"""The storage service: every prediction and every label, kept in PostgreSQL. It knows no model."""
