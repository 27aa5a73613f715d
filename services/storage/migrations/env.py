"""Alembic runs this file for every command. It migrates over one connection and in one transaction.

An advisory lock of PostgreSQL makes sure that only one migration runs at a time. The lock ends with the transaction,
so a killed migration leaves no lock behind. Statements have names that no other session uses, because a pooler such as
PgBouncer keeps the sessions, and with them the names, for later connections.
"""

import asyncio
from uuid import uuid4

from alembic import context
from sqlalchemy import Connection, NullPool, text
from sqlalchemy.ext.asyncio import create_async_engine

from services.storage.schema import NewerSchemaError, read_schema
from services.storage.settings import DatabaseSettings

MIGRATION_LOCK = 0x51A7E  # an arbitrary number that all migrations of this database use


def _find_database_url() -> str:
    url: str | None = context.config.attributes.get("database_url")
    return url or DatabaseSettings().database_url.get_secret_value()


def _migrate(connection: Connection) -> None:
    context.configure(connection=connection)
    with context.begin_transaction():
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
        _refuse_newer_schema()
        context.run_migrations()


def _refuse_newer_schema() -> None:
    schema, revision = read_schema(), context.get_context().get_current_revision()
    if not schema.is_known(revision):
        raise NewerSchemaError(schema.describe_newer(revision))


async def _connect_and_migrate() -> None:
    url = _find_database_url()  # given to asyncpg unchanged, as the service's pool does
    engine = create_async_engine(
        "postgresql+asyncpg://",
        connect_args={
            "dsn": url,
            "statement_cache_size": 0,
            "prepared_statement_cache_size": 0,
            "prepared_statement_name_func": lambda: f"slate_{uuid4()}",
        },
        poolclass=NullPool,
    )
    async with engine.connect() as connection:
        await connection.run_sync(_migrate)
    await engine.dispose()


asyncio.run(_connect_and_migrate())
