"""Lends the connections of one lane, and refuses at once who would wait for one in vain.

A request that waits costs about 30 KB. While PostgreSQL hangs, hundreds would wait, only to be refused in the end.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from services.storage.database_errors import StuckError
from services.storage.lanes import Lane

STUCK_S = 1.0
RELEASE_TIMEOUT_S = 0.5  # for PostgreSQL to confirm that a query which took too long was cancelled


class LanePool:
    """The connections of one lane, and how many queries wait for them.

    The lane is stuck if somebody waits and PostgreSQL has not answered for STUCK_S. If each answer takes as long from
    now on, `connections * wait_s / STUCK_S` queries get a connection before their wait is over.
    """

    def __init__(self, lane: Lane, pool: asyncpg.Pool) -> None:
        self.pool = pool
        self._wait_s = lane.wait_s
        self._most_waiting = lane.connections * lane.wait_s / STUCK_S  # while the lane is stuck
        self._waiting = 0
        self._moved = time.monotonic()  # when PostgreSQL answered, or the first of those who wait began to

    @asynccontextmanager
    async def lend(self) -> AsyncIterator[asyncpg.Connection]:
        """Lend a connection for one query. StuckError if it would wait in vain, TimeoutError after `wait_s`."""
        connection = await self._acquire()
        answered = True  # also with an error
        try:
            yield connection
        except (TimeoutError, asyncio.CancelledError):
            answered = False
            raise
        finally:
            if answered:
                self._moved = time.monotonic()
            await self.pool.release(connection, timeout=RELEASE_TIMEOUT_S)

    async def _acquire(self) -> asyncpg.Connection:
        if not self._waiting:
            self._moved = time.monotonic()
        elif self._waiting >= self._most_waiting and time.monotonic() - self._moved > STUCK_S:
            raise StuckError
        self._waiting += 1
        try:
            return await self.pool.acquire(timeout=self._wait_s)
        finally:
            self._waiting -= 1
