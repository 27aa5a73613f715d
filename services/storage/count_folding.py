"""A task of every copy of the service that moves the changes into the counts. Only one copy at a time does it.

The sums are exact before and after a move. Moving only keeps the table of changes short, and reading it fast.
"""

import asyncio

from services.storage.database import Database
from services.storage.lanes import FOLDING
from services.storage.queries.counts import BATCH, fold_counts
from shared.web.problems import ProblemError

EVERY_S = 1.0
AFTER_FAILURE_S = 10.0  # the database is away or not migrated; `Database` has logged it


async def keep_folding(database: Database) -> None:
    """Move changes every second, for ever."""
    while True:
        pause_s = await _fold(database)
        await asyncio.sleep(pause_s)


async def _fold(database: Database) -> float:
    """Move all changes → how long to wait, in seconds."""
    try:
        while await database.run(FOLDING, fold_counts) == BATCH:
            pass
    except ProblemError:
        return AFTER_FAILURE_S
    return EVERY_S
