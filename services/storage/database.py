"""The adapter around asyncpg: a connection pool that survives a restart of PostgreSQL, and errors as problems.

Every query of this service may run twice without harm. A query that loses its connection is therefore run once more on
a new one. If that also fails, the caller gets 503 with `Retry-After`. The next request connects again, so the service
needs no restart.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Concatenate, ParamSpec, TypeVar

import asyncpg
import structlog

from shared.web.problems import ProblemError

logger = structlog.get_logger(__name__)

CONNECT_TIMEOUT_S = 5.0
ACQUIRE_TIMEOUT_S = 10.0  # for waiting until a connection is free, and for opening one if there is none
COMMAND_TIMEOUT_S = 60.0
POOL_SIZE = 10  # connections of one process; PostgreSQL allows 100 in all by default
RETRY_AFTER = {"Retry-After": "2"}

P = ParamSpec("P")
Result = TypeVar("Result")

CONNECTION_ERRORS = (
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # "cannot switch to state": the session ended in the middle of an operation
    OSError,
)
SCHEMA_ERRORS = (
    asyncpg.UndefinedTableError,
    asyncpg.UndefinedColumnError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InvalidAuthorizationSpecificationError,
)


class ConnectionLostError(ProblemError):
    """PostgreSQL cannot be reached, or the connection broke during a query."""

    def __init__(self) -> None:
        super().__init__("not_ready", "The database cannot be reached at the moment. Try again shortly.", RETRY_AFTER)


@contextmanager
def translate_database_errors() -> Iterator[None]:
    """Turn the errors of asyncpg into problems for the caller."""
    try:
        yield
    except TimeoutError as error:  # TimeoutError is an OSError, so this comes before CONNECTION_ERRORS
        raise ProblemError(
            "overloaded", "The database did not answer in time. Try again shortly.", RETRY_AFTER
        ) from error
    except asyncpg.InsufficientResourcesError as error:
        logger.error("database_out_of_resources", reason=str(error))
        raise ProblemError(
            "overloaded", "The database has reached a limit of its resources. Try again shortly.", RETRY_AFTER
        ) from error
    except SCHEMA_ERRORS as error:
        logger.error("database_not_ready", reason=str(error))
        raise ProblemError("not_ready", "The database is not migrated to this version.", RETRY_AFTER) from error
    except asyncpg.DataError as error:  # PostgreSQL refused a value, for example a NUL byte in a text
        raise _make_value_problem() from error
    except CONNECTION_ERRORS as error:
        if isinstance(error, ValueError):  # asyncpg refused a value before sending it, for example a date out of range
            raise _make_value_problem() from error
        logger.warning("database_connection_lost", reason=str(error) or type(error).__name__)
        raise ConnectionLostError from error


def _make_value_problem() -> ProblemError:
    return ProblemError("invalid_request", "The request contains a value that the database cannot store or compare.")


class Database:
    """Runs queries: `await database.run(read_prediction, prediction_id)`."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def run(
        self,
        query: Callable[Concatenate[asyncpg.Connection, P], Awaitable[Result]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Result:
        """Run a query and commit → its result. ProblemError 503 if PostgreSQL is away, 422 if it refuses a value."""

        async def attempt() -> Result:
            with translate_database_errors():
                async with self._pool.acquire(timeout=ACQUIRE_TIMEOUT_S) as connection:
                    return await query(connection, *args, **kwargs)

        return await self._retry_once(attempt)

    async def stream(self, query: Callable[[asyncpg.Connection], AsyncIterator[Result]]) -> AsyncIterator[Result]:
        """Run a query with a server-side cursor → its rows.

        The first row is fetched before this returns. If the database is away, the caller therefore still gets a problem
        and not the beginning of a 200. After the first row, an error can only break off the stream.
        """

        async def attempt() -> AsyncIterator[Result]:
            rows = self._iterate(query)
            async for first in rows:
                return _chain(first, rows)
            return rows

        return await self._retry_once(attempt)

    async def _iterate(self, query: Callable[[asyncpg.Connection], AsyncIterator[Result]]) -> AsyncIterator[Result]:
        with translate_database_errors():
            async with (
                self._pool.acquire(timeout=ACQUIRE_TIMEOUT_S) as connection,
                connection.transaction(readonly=True),
            ):
                async for row in query(connection):
                    yield row

    async def _retry_once(self, attempt: Callable[[], Awaitable[Result]]) -> Result:
        try:
            return await attempt()
        except ConnectionLostError:
            await self._pool.expire_connections()  # the other connections were most likely lost too
            return await attempt()


async def _chain(first: Result, rest: AsyncIterator[Result]) -> AsyncIterator[Result]:
    yield first
    async for row in rest:
        yield row


@asynccontextmanager
async def open_database(url: str) -> AsyncIterator[Database]:
    """Open a pool on the running event loop. It connects at the first query, so PostgreSQL may start later."""
    async with asyncpg.create_pool(
        url,
        min_size=0,
        max_size=POOL_SIZE,
        timeout=CONNECT_TIMEOUT_S,
        command_timeout=COMMAND_TIMEOUT_S,
        server_settings={"application_name": "slate-storage"},
    ) as pool:
        yield Database(pool)
