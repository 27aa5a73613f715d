"""Runs a command of an operator on the database: tokens, the local curator, the audit, retention, counts.

The commands use STORAGE_DATABASE_URL and not the service, so that they work before it runs and when nobody can sign in.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from typing import TypeVar

import asyncpg

from services.storage.settings import DatabaseSettings

Result = TypeVar("Result")
WHO = "command line"  # in the audit
TIMEOUT_S = 10.0


def run_command(work: Callable[[asyncpg.Connection], Awaitable[Result]], *, in_transaction: bool = True) -> Result:
    """Run the work and commit → its result. SystemExit with a sentence if the database is away or not migrated.

    Without `in_transaction`, each statement commits by itself, or the work begins its own transactions.
    """
    try:
        return asyncio.run(_run(DatabaseSettings().database_url.get_secret_value(), work, in_transaction))
    except asyncpg.UndefinedTableError:
        sys.exit("The database is not migrated to this version. Run `python -m services.storage.migrate` first.")
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        sys.exit(f"The database did not do this: {error or type(error).__name__}")


async def _run(url: str, work: Callable[[asyncpg.Connection], Awaitable[Result]], in_transaction: bool) -> Result:
    connection = await asyncpg.connect(url, timeout=TIMEOUT_S, statement_cache_size=0)
    try:
        async with connection.transaction() if in_transaction else nullcontext():
            return await work(connection)
    finally:
        await connection.close()
