"""The memory that the request bodies of one process may take together.

A body that finds no room waits, and its socket is not read meanwhile. One caller may hold half of the budget.
"""

import asyncio
from collections import Counter

EXEMPT_BYTES = 64 * 1024  # smaller bodies are never counted: uvicorn buffers as much of each body anyway
WAIT_S = 5.0  # most uploads are done in less; a client gives up later than that


class BudgetFullError(Exception):
    """There was no room in time."""


class BodyBudget:
    """Counts reserved bytes, in all and by caller. Use it in the event loop's thread only."""

    def __init__(self, total_bytes: int, wait_s: float = WAIT_S) -> None:
        self.total_bytes = total_bytes
        self.wait_s = wait_s
        self.reserved: Counter[str] = Counter()
        self._released = asyncio.Event()

    async def reserve(self, caller: str, size: int) -> None:
        """Reserve `size` bytes. Wait for room. BudgetFullError after `wait_s`."""
        if not self._has_room(caller, size):
            try:
                async with asyncio.timeout(self.wait_s):
                    await self._wait_for_room(caller, size)
            except TimeoutError as error:
                raise BudgetFullError from error
        self.reserved[caller] += size

    def release(self, caller: str, size: int) -> None:
        """Give back bytes that were reserved, and wake those that wait."""
        self.reserved[caller] -= size
        if not self.reserved[caller]:
            del self.reserved[caller]
        self._released.set()
        self._released = asyncio.Event()

    async def _wait_for_room(self, caller: str, size: int) -> None:
        while not self._has_room(caller, size):
            await self._released.wait()

    def _has_room(self, caller: str, size: int) -> bool:
        return (
            self.reserved.total() + size <= self.total_bytes and self.reserved[caller] + size <= self.total_bytes // 2
        )
