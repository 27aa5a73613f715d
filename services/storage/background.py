"""Runs work of the service beside its requests, for as long as the app runs."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import structlog

logger = structlog.get_logger(__name__)

Work = Callable[[], Coroutine[Any, Any, None]]

AFTER_FAILURE_S = 30.0  # the database is away, or not migrated yet


@asynccontextmanager
async def run_in_background(*works: Work) -> AsyncIterator[None]:
    """Run every work until it ends or the block is left. One that fails is logged and begins again after a pause."""
    tasks = [asyncio.create_task(_run(work)) for work in works]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def working_half_the_time() -> AsyncIterator[None]:
    """Rest after the block as long as it took, so that work takes no more than half of a connection."""
    began = time.monotonic()
    yield
    await asyncio.sleep(time.monotonic() - began)


async def _run(work: Work) -> None:
    while True:
        try:
            await work()
            return
        except Exception:
            logger.exception("background_work_failed")
        await asyncio.sleep(AFTER_FAILURE_S)
