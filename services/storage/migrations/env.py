"""Alembic runs this file for every command. It migrates over one connection and in one transaction.

An advisory lock of PostgreSQL makes sure that only one migration runs at a time. The lock ends with the transaction,
so a killed migration leaves no lock behind.
"""

import asyncio

import asyncpg
from alembic import context
from sqlalchemy import Connection, NullPool, text
from sqlalchemy.ext.asyncio import create_async_engine

from services.storage.settings import DatabaseSettings

MIGRATION_LOCK = 0x51A7E  # an arbitrary number that all migrations of this database use


def _find_database_url() -> str:
    url: str | None = context.config.attributes.get("database_url")
    return url or DatabaseSettings().database_url.get_secret_value()


def _migrate(connection: Connection) -> None:
    context.configure(connection=connection)
    with context.begin_transaction():
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
        context.run_migrations()


async def _connect_and_migrate() -> None:
    url = _find_database_url()  # given to asyncpg unchanged, as the service's pool does
    engine = create_async_engine(
        "postgresql+asyncpg://", async_creator=lambda: asyncpg.connect(url), poolclass=NullPool
    )
    async with engine.connect() as connection:
        await connection.run_sync(_migrate)
    await engine.dispose()


asyncio.run(_connect_and_migrate())
