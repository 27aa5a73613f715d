"""Threads for what must not run on the event loop: decoding, preprocessing, the forward pass.

The number of requests in hand is bounded: one more is refused at once, and told when to come again.
"""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

from shared.web.problems import ProblemError

P = ParamSpec("P")
T = TypeVar("T")
RETRY_AFTER_S = 1


class Workers:
    """A bounded thread pool. Belongs to one event loop."""

    def __init__(self, threads: int, max_in_hand: int) -> None:
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="inference")
        self._max_in_hand = max_in_hand
        self.in_hand = 0

    @contextmanager
    def admit(self) -> Iterator[None]:
        """Around all that one request costs, its body too. ProblemError `overloaded` where too many are in hand."""
        if self.in_hand >= self._max_in_hand:
            raise ProblemError(
                "overloaded",
                "More requests are waiting than can be answered in time; try again in a moment.",
                {"Retry-After": str(RETRY_AFTER_S)},
            )
        self.in_hand += 1
        try:
            yield
        finally:
            self.in_hand -= 1

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of `work`, from a thread. A cancelled request takes its work out of the queue."""
        return await asyncio.wrap_future(self._executor.submit(work, *args, **kwargs))

    async def close(self) -> None:
        """Finishes what has been accepted, without blocking the loop."""
        await asyncio.to_thread(self._executor.shutdown)
