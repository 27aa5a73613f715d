"""Runs the statements of a migration that must not stop the service: each commits by itself, and none waits for long.

A killed migration leaves the steps that it had done. It runs again from its beginning, so that every step must be
harmless the second time. Statements go to PostgreSQL in the simple protocol, because a pooler such as PgBouncer may
send each to another session.
"""

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import asyncpg
from alembic import op

LOCK_TIMEOUT = "1s"  # requests wait behind a statement that waits for its lock
PAUSE_S = 1.0  # for those requests, before the next attempt
INVALID_INDEXES = """
SELECT indexrelid::regclass::text AS name FROM pg_index
WHERE NOT indisvalid AND indrelid::regclass::text IN ('predictions', 'label_history')
"""


def execute_alone(statements: str) -> None:
    """Run statements outside of the migration's transaction. Several statements are one transaction of their own."""
    _run(lambda connection: connection.execute(statements))


def execute_quickly(statements: str) -> None:
    """Run statements that lock the table for an instant. While others keep it busy, try again and let them pass."""
    while True:
        try:
            execute_alone(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'; {statements}")
        except asyncpg.LockNotAvailableError:
            time.sleep(PAUSE_S)
        else:
            return


def create_indexes(indexes: Mapping[str, str]) -> None:
    """Create indexes that do not exist, while others write. Values begin after ON."""
    for invalid in _run(lambda connection: connection.fetch(INVALID_INDEXES)):  # left by a killed migration
        execute_alone(f"DROP INDEX CONCURRENTLY {invalid['name']}")
    for name, definition in indexes.items():
        execute_alone(f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} ON {definition}")


def drop_indexes(names: Mapping[str, str]) -> None:
    """Drop indexes while others read."""
    for name in names:
        execute_alone(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")


def _run(query: Callable[[asyncpg.Connection], Awaitable[Any]]) -> Any:
    connection: Any = op.get_bind().connection.dbapi_connection
    return connection.run_async(query)
