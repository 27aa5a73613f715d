"""Backups of the database: of `make run`'s embedded PostgreSQL and of the one in containers."""
