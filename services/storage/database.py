"""The one adapter around asyncpg: a pool that survives PostgreSQL going away, and database errors → problems.

Every query this service makes may run twice without harm, so one that loses its connection is tried once more on a
fresh one. What still fails is a 503 with Retry-After, and the next request tries anew: nothing has to be restarted.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Concatenate, ParamSpec, TypeVar

import asyncpg
import structlog

from shared.web.problems import ProblemError

logger = structlog.get_logger(__name__)

CONNECT_TIMEOUT_S = 5.0
ACQUIRE_TIMEOUT_S = 10.0  # a wait for a free connection, and for connecting where there is none
COMMAND_TIMEOUT_S = 60.0
RETRY_AFTER = {"Retry-After": "2"}

P = ParamSpec("P")
Result = TypeVar("Result")

LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # «cannot switch to state»: the session was ended in the middle of an operation
    OSError,
)
MISPLACED = (
    asyncpg.UndefinedTableError,
    asyncpg.UndefinedColumnError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InvalidAuthorizationSpecificationError,
)


class ConnectionLostError(ProblemError):
    """PostgreSQL is not there, or went away in the middle."""

    def __init__(self) -> None:
        super().__init__("not_ready", "The database is not reachable just now; try again shortly.", RETRY_AFTER)


@contextmanager
def database_problems() -> Iterator[None]:
    """Turns what asyncpg raises into the problem it means for the caller."""
    try:
        yield
    except TimeoutError as error:  # an OSError too, so it comes first
        raise ProblemError("overloaded", "The database did not answer in time; try again.", RETRY_AFTER) from error
    except asyncpg.InsufficientResourcesError as error:
        logger.error("database_out_of_resources", reason=str(error))
        raise ProblemError("overloaded", "The database is at its limit; try again shortly.", RETRY_AFTER) from error
    except MISPLACED as error:
        logger.error("database_not_ready", reason=str(error))
        raise ProblemError("not_ready", "The database is not set up for this version.", RETRY_AFTER) from error
    except asyncpg.DataError as error:  # refused by PostgreSQL: a NUL byte in a text
        raise _value_refused() from error
    except LOST as error:
        if isinstance(error, ValueError):  # refused by asyncpg before sending: a date out of range
            raise _value_refused() from error
        logger.warning("database_connection_lost", reason=str(error) or type(error).__name__)
        raise ConnectionLostError from error


def _value_refused() -> ProblemError:
    return ProblemError("invalid_request", "The request holds a value that the database cannot keep or compare.")


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
        """The query's result, committed. ProblemError 503 while PostgreSQL is away, 422 for a value it refuses."""

        async def attempt() -> Result:
            with database_problems():
                async with self._pool.acquire(timeout=ACQUIRE_TIMEOUT_S) as connection:
                    return await query(connection, *args, **kwargs)

        return await self._retry_once(attempt)

    async def stream(self, query: Callable[[asyncpg.Connection], AsyncIterator[Result]]) -> AsyncIterator[Result]:
        """The query's rows from a server-side cursor. The first is fetched before this returns.

        So a database that is away is still a problem and not half a 200; later the stream can only break off.
        """

        async def attempt() -> AsyncIterator[Result]:
            rows = self._iterate(query)
            async for first in rows:
                return _chain(first, rows)
            return rows

        return await self._retry_once(attempt)

    async def _iterate(self, query: Callable[[asyncpg.Connection], AsyncIterator[Result]]) -> AsyncIterator[Result]:
        with database_problems():
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
            await self._pool.expire_connections()  # the others were most likely lost with it
            return await attempt()


async def _chain(first: Result, rest: AsyncIterator[Result]) -> AsyncIterator[Result]:
    yield first
    async for row in rest:
        yield row


@asynccontextmanager
async def open_database(url: str, pool_size: int) -> AsyncIterator[Database]:
    """A pool on the running event loop. It connects on first use, so that PostgreSQL may come up later."""
    async with asyncpg.create_pool(
        url,
        min_size=0,
        max_size=pool_size,
        timeout=CONNECT_TIMEOUT_S,
        command_timeout=COMMAND_TIMEOUT_S,
        server_settings={"application_name": "slate-storage"},
    ) as pool:
        yield Database(pool)
