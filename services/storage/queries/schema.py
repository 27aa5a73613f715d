"""Which revision the database's schema is at."""

import asyncpg


async def read_schema_revision(connection: asyncpg.Connection) -> str | None:
    """The revision that Alembic noted; None before the first migration, or after the last was taken back."""
    revision: str | None = await connection.fetchval("SELECT version_num FROM alembic_version")
    return revision
