"""Work in the background lives as long as the service."""

import asyncio

from services.storage import background
from services.storage.background import run_in_background


async def test_work_that_fails_unexpectedly_begins_again(monkeypatch):
    monkeypatch.setattr(background, "AFTER_FAILURE_S", 0)
    begun, going = [], asyncio.Event()

    async def work():
        begun.append(1)
        if len(begun) == 1:
            raise ArithmeticError
        going.set()

    async with run_in_background(work):
        await going.wait()
    assert len(begun) == 2
