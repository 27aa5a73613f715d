"""Opens connections to PostgreSQL, directly or through a pooler such as PgBouncer, and finds out which of them it is.

A pooler in transaction mode may run each statement on another session. A prepared statement of one caller may then be
executed for another one, so behind a pooler every query runs in a transaction, and statements get no names.
"""

from typing import Any

import asyncpg

NAMED_STATEMENTS = 100  # asyncpg's own default of `statement_cache_size`; a plan is then made once for each connection

# The server of a direct connection is the process that greeted it. A pooler greets with a number of its own.
CHECK_PROCESS = "DO $$ BEGIN IF pg_backend_pid() <> {pid} THEN RAISE 'another process'; END IF; END $$"


class Connector:
    """Opens the connections of all lanes. `pooled` tells whether a pooler stands before PostgreSQL."""

    def __init__(self) -> None:
        self.pooled = False

    async def __call__(self, *args: Any, **options: Any) -> asyncpg.Connection:
        """Open a connection for `asyncpg.create_pool(connect=...)`, which gives the arguments."""
        pooled = self.pooled
        options["statement_cache_size"] = 0 if pooled else NAMED_STATEMENTS
        connection = await asyncpg.connect(*args, **options)
        if pooled or await _is_direct(connection):
            return connection
        self.pooled = True
        connection.terminate()
        return await self(*args, **options)


async def _is_direct(connection: asyncpg.Connection) -> bool:
    try:
        await connection.execute(CHECK_PROCESS.format(pid=connection.get_server_pid()))
    except asyncpg.RaiseError:
        return False
    except BaseException:  # also a cancelled task must not leave the connection open
        connection.terminate()
        raise
    return True


async def keep_session(_connection: asyncpg.Connection) -> None:
    """Leave the session as it is: no query of this service changes it, so a connection needs no reset."""
