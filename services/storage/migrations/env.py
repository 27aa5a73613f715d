"""Alembic runs this file for every command. It migrates over one connection, and over a second it keeps others out.

An advisory lock of PostgreSQL makes sure that only one migration runs at a time. The second connection holds it in a
transaction, because a migration may commit in between, and because a pooler such as PgBouncer gives every transaction
its own session. A killed migration leaves no lock behind. Statements have names that no other session uses, because a
pooler keeps the sessions, and with them the names, for later connections.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from uuid import uuid4

import asyncpg
from alembic import context
from alembic.runtime.migration import MigrationContext, MigrationInfo
from sqlalchemy import Connection, NullPool, text
from sqlalchemy.ext.asyncio import create_async_engine

from services.storage.schema import NewerSchemaError, make_remark, read_schema
from services.storage.settings import DatabaseSettings

MIGRATION_LOCK = 0x51A7E  # an arbitrary number that all migrations of this database use
TAKE_LOCK = f"BEGIN; SET LOCAL lock_timeout = '200ms'; SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"


def _find_database_url() -> str:
    url: str | None = context.config.attributes.get("database_url")
    return url or DatabaseSettings().database_url.get_secret_value()


def _migrate(connection: Connection) -> None:
    context.configure(connection=connection, transaction_per_migration=True, on_version_apply=_note_oldest_code)
    _refuse_newer_schema(connection)
    with context.begin_transaction():
        context.run_migrations()


def _note_oldest_code(
    ctx: MigrationContext, step: MigrationInfo, heads: Collection[str], run_args: Mapping[str, object]
) -> None:
    """Write down, in the transaction of a migration, which code still works with the schema that it made."""
    for revision in heads:
        ctx.impl.execute(text(f"COMMENT ON TABLE alembic_version IS '{make_remark(revision)}'"))


def _refuse_newer_schema(connection: Connection) -> None:
    schema, revision = read_schema(), context.get_context().get_current_revision()
    if not schema.is_known(revision):
        remark = connection.scalar(text("SELECT obj_description('alembic_version'::regclass, 'pg_class')"))
        raise NewerSchemaError(schema.describe_newer(revision), still_works=schema.works_with(revision, remark))


@asynccontextmanager
async def _keep_others_out(url: str) -> AsyncIterator[None]:
    """Hold the lock. Who waits for it lets go again and again, because creating an index waits for all statements.

    For the same reason the statements use the simple protocol, after which an open transaction keeps no snapshot.
    """
    connection = await asyncpg.connect(url, statement_cache_size=0)
    try:
        while True:
            try:
                await connection.execute(TAKE_LOCK)
                break
            except asyncpg.LockNotAvailableError:
                await connection.execute("ROLLBACK")
        yield
    finally:
        await connection.close()


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
    async with _keep_others_out(url), engine.connect() as connection:
        await connection.run_sync(_migrate)
    await engine.dispose()


asyncio.run(_connect_and_migrate())
