"""Alembic runs this for every command: one connection, one transaction, one migration at a time.

The lock is PostgreSQL's own and ends with the transaction, so a migration that is killed leaves none behind.
"""

import asyncio

import asyncpg
from alembic import context
from sqlalchemy import Connection, NullPool, text
from sqlalchemy.ext.asyncio import create_async_engine

from services.storage.settings import DatabaseSettings

MIGRATION_LOCK = 0x51A7E  # any number, as long as every migration of this database takes the same


def _find_database_url() -> str:
    url: str | None = context.config.attributes.get("database_url")
    return url or DatabaseSettings().database_url.get_secret_value()


def _migrate(connection: Connection) -> None:
    context.configure(connection=connection)
    with context.begin_transaction():
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
        context.run_migrations()


async def _connect_and_migrate() -> None:
    url = _find_database_url()  # asyncpg reads it itself, exactly as the service's pool does
    engine = create_async_engine(
        "postgresql+asyncpg://", async_creator=lambda: asyncpg.connect(url), poolclass=NullPool
    )
    async with engine.connect() as connection:
        await connection.run_sync(_migrate)
    await engine.dispose()


asyncio.run(_connect_and_migrate())
