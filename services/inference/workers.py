"""Threads for what must not run on the event loop: decoding, preprocessing, the forward pass.

The number of requests in hand is bounded: one more is refused at once, and told when to come again.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from shared.web.problems import ProblemError

P = ParamSpec("P")
T = TypeVar("T")
RETRY_AFTER_S = 1


class Workers:
    """A bounded thread pool. Belongs to one event loop."""

    def __init__(self, threads: int, max_waiting: int) -> None:
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="inference")
        self._max_waiting = max_waiting
        self.waiting = 0

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of `work`, from a thread. ProblemError `overloaded` where too many wait already."""
        if self.waiting >= self._max_waiting:
            raise ProblemError(
                "overloaded",
                "More requests are waiting than can be answered in time; try again in a moment.",
                {"Retry-After": str(RETRY_AFTER_S)},
            )
        future = self._executor.submit(work, *args, **kwargs)
        self.waiting += 1
        loop = asyncio.get_running_loop()
        future.add_done_callback(lambda _: loop.call_soon_threadsafe(self._leave))
        return await asyncio.wrap_future(future)  # a cancelled request takes its work out of the queue

    def _leave(self) -> None:
        self.waiting -= 1

    async def close(self) -> None:
        """Finishes what has been accepted, without blocking the loop."""
        await asyncio.to_thread(self._executor.shutdown)
