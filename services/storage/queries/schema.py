"""Reads the revision of the database's schema."""

import asyncpg


async def read_schema_revision(connection: asyncpg.Connection) -> str | None:
    """Return the revision that Alembic recorded; None if every migration was undone."""
    revision: str | None = await connection.fetchval("SELECT version_num FROM alembic_version")
    return revision
