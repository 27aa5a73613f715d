"""The adapter around asyncpg: pools of connections that survive a restart of PostgreSQL, and errors as problems.

Every query of this service may run twice without harm: at worst, the audit then has an entry twice. A query that loses
its connection is therefore run once more on a new one. If that also fails, the caller gets 503 with `Retry-After`. The
next request connects again, so the service needs no restart.
"""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, nullcontext
from typing import Concatenate, ParamSpec, TypeVar

import asyncpg
from prometheus_client import CollectorRegistry

from services.storage.connections import Connector, keep_session
from services.storage.database_errors import ConnectionLostError, DatabaseFailures, OutrunError, WriteRefusedError
from services.storage.database_metrics import DatabaseMetrics
from services.storage.lane_pool import LanePool
from services.storage.lanes import CONNECT_TIMEOUT_S, LANES, Lane
from shared.web.tracing import span

RACES = 4  # tries of a query that another transaction outruns, before its last try; two in a row are rare already

P = ParamSpec("P")
Result = TypeVar("Result")
Query = Callable[Concatenate[asyncpg.Connection, P], Awaitable[Result]]


class Database:
    """Runs queries: `await database.run(ROWS, read_prediction, prediction_id)`.

    `write_refused` is true from a change that PostgreSQL refused (disk full, read-only) until /readyz has made one.
    """

    def __init__(self, pools: Mapping[Lane, LanePool], connector: Connector, registry: CollectorRegistry) -> None:
        self._pools = pools
        self._connector = connector
        self._failures = DatabaseFailures(registry)
        self._metrics = DatabaseMetrics(registry, {lane: one.pool for lane, one in pools.items()})
        self.write_refused = False

    async def run(self, lane: Lane, query: Query[P, Result], *args: P.args, **kwargs: P.kwargs) -> Result:
        """Run a query and commit → its result. ProblemError 503 if PostgreSQL is away, 422 if it refuses a value."""

        async def attempt() -> Result:
            with self._failures.translate():
                async with self._lend(lane) as connection, self._begin(lane, connection):
                    started = time.perf_counter()
                    result = await query(connection, *args, **kwargs)
            self._metrics.note_answer(lane, time.perf_counter() - started)
            return result

        try:
            with span(f"SQL {query.__name__}", lane=lane.name):
                return await self._retry(lane, attempt)
        except WriteRefusedError:
            self.write_refused = True
            raise

    async def _retry(self, lane: Lane, attempt: Callable[[], Awaitable[Result]]) -> Result:
        for _ in range(RACES):
            try:
                return await attempt()
            except ConnectionLostError:
                await self._pools[lane].pool.expire_connections()  # the other connections were most likely lost too
                break
            except OutrunError:
                continue
        return await attempt()

    @asynccontextmanager
    async def _lend(self, lane: Lane) -> AsyncIterator[asyncpg.Connection]:
        asked = time.perf_counter()
        async with self._pools[lane].lend() as connection:
            self._metrics.note_wait(lane, time.perf_counter() - asked)
            yield connection

    def _begin(self, lane: Lane, connection: asyncpg.Connection) -> AbstractAsyncContextManager[object]:
        """Open a transaction if the lane or a pooler needs one. Otherwise each statement commits by itself."""
        if lane.isolation is not None:
            return connection.transaction(isolation=lane.isolation, readonly=True)  # type: ignore[no-any-return]
        return connection.transaction() if self._connector.pooled else nullcontext()


@asynccontextmanager
async def open_database(url: str, registry: CollectorRegistry) -> AsyncIterator[Database]:
    """Open the pools on the running event loop. They connect at the first query, so PostgreSQL may start later."""
    connector = Connector()
    async with AsyncExitStack() as stack:
        pools = {
            lane: LanePool(lane, await stack.enter_async_context(_make_pool(url, lane, connector))) for lane in LANES
        }
        yield Database(pools, connector, registry)


def _make_pool(url: str, lane: Lane, connector: Connector) -> asyncpg.Pool:
    return asyncpg.create_pool(
        url,
        min_size=0,
        max_size=lane.connections,
        timeout=CONNECT_TIMEOUT_S,
        command_timeout=lane.statement_s,
        connect=connector,
        reset=keep_session,
        server_settings={"application_name": "slate-storage"},
    )
