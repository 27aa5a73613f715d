"""Moves the drawings of rows from before migration 0005 to the table of drawings, while the service runs.

It moves a few at a time, and rests as long as it works, so that it takes no more than half of one connection. A copy
that stops loses nothing: the next one continues. Several copies of the service may do this at once.
"""

import asyncio
import time

import structlog

from services.storage.database import Database
from services.storage.lanes import MAINTENANCE
from services.storage.queries.drawings import BEGINNING, move_drawings
from shared.web.problems import ProblemError

logger = structlog.get_logger(__name__)

AFTER_FAILURE_S = 30.0  # the database is away, or not migrated yet


async def keep_moving_drawings(database: Database) -> None:
    """Return when no drawing is left to move."""
    rounds = 0
    while True:
        try:
            if not await move_all(database):
                break
            rounds += 1
        except ProblemError as error:
            logger.info("drawings_not_moved", reason=str(error))
            await asyncio.sleep(AFTER_FAILURE_S)
    if rounds:
        logger.info("drawings_moved")


async def move_all(database: Database) -> bool:
    """Go once through all rows that have a drawing to move. Return whether there was one."""
    place = BEGINNING
    while True:
        began = time.monotonic()
        following = await database.run(MAINTENANCE, move_drawings, place)
        if following is None:
            return place != BEGINNING
        place = following
        await asyncio.sleep(time.monotonic() - began)
