"""How long predictions, and the ids of deleted ones, are kept: rules, and a task that applies them every hour."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog

from services.storage.background import AFTER_FAILURE_S, working_half_the_time
from services.storage.database import Database
from services.storage.lanes import MAINTENANCE
from services.storage.queries.deleted import REMEMBERED_S, forget_deleted
from services.storage.queries.retention import BEGINNING, Deleted, delete_old
from services.storage.settings import RetentionSettings
from shared.web.problems import ProblemError

logger = structlog.get_logger(__name__)

EVERY_S = 3600.0
SERVICE = "retention"  # in the audit


@dataclass(frozen=True)
class Rule:
    """Predictions with a label, or without, are kept for so many days."""

    labelled: bool
    days: int


DeleteBatch = Callable[[datetime, bool, Deleted], Awaitable[Deleted | None]]


def read_rules(settings: RetentionSettings) -> list[Rule]:
    """Return a rule for each of the two kinds that are not kept for ever."""
    days = {False: settings.retention_days, True: settings.labelled_retention_days}
    return [Rule(labelled, kept) for labelled, kept in days.items() if kept is not None]


async def apply_rules(rules: list[Rule], now: datetime, delete: DeleteBatch) -> int:
    """Delete everything that is too old → how many predictions. It rests as long as it works."""
    total = 0
    for rule in rules:
        batch: Deleted | None = BEGINNING
        while batch is not None:
            async with working_half_the_time():
                batch = await delete(now - timedelta(days=rule.days), rule.labelled, batch)
            total += batch.deleted if batch else 0
    return total


async def keep_retention(database: Database, settings: RetentionSettings) -> None:
    """Apply the rules and forget the ids of what was deleted long ago, now and every hour."""
    rules = read_rules(settings)

    async def delete(before: datetime, labelled: bool, after: Deleted) -> Deleted | None:
        return await database.run(MAINTENANCE, delete_old, before, labelled, after, SERVICE)

    while True:
        try:
            await _forget_deleted(database)
            if deleted := await apply_rules(rules, datetime.now(UTC), delete):
                logger.info("old_predictions_deleted", predictions=deleted)
            pause_s = EVERY_S
        except ProblemError as error:
            logger.warning("retention_failed", reason=str(error))
            pause_s = AFTER_FAILURE_S
        await asyncio.sleep(pause_s)


async def _forget_deleted(database: Database) -> None:
    found = True
    while found:
        async with working_half_the_time():
            found = await database.run(MAINTENANCE, forget_deleted, REMEMBERED_S)
