"""Moves the drawings of rows from before migration 0005 to the table of drawings, while the service runs.

It moves a few at a time, and rests as long as it works, so that it takes no more than half of one connection. A copy
that stops loses nothing: the next one continues. Several copies of the service may do this at once.
"""

import asyncio

import structlog

from services.storage.background import AFTER_FAILURE_S, working_half_the_time
from services.storage.database import Database
from services.storage.lanes import MAINTENANCE
from services.storage.queries.drawings import BEGINNING, MovePlace, has_unmoved_drawings, move_drawings
from shared.web.problems import ProblemError

logger = structlog.get_logger(__name__)

PAUSE_S = 1.0  # somebody changes the rows that are left


async def keep_moving_drawings(database: Database) -> None:
    """Return when no drawing is left to move."""
    while True:
        try:
            await move_all(database)
            if not await database.run(MAINTENANCE, has_unmoved_drawings):
                return
            pause_s = PAUSE_S
        except ProblemError as error:
            logger.info("drawings_not_moved", reason=str(error))
            pause_s = AFTER_FAILURE_S
        await asyncio.sleep(pause_s)


async def move_all(database: Database) -> None:
    """Go once through all rows that have a drawing to move."""
    place: MovePlace | None = BEGINNING
    while place is not None:
        async with working_half_the_time():
            place = await database.run(MAINTENANCE, move_drawings, place)
