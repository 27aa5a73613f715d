"""Forgets the ids of predictions that were deleted long ago.

Until then, storing one of them is refused, because that request is late. A request may take effect long after its
sender gave up: it waits in the socket of a stopped process, or in a network that is silent. By then it may have been
repeated and acknowledged, and the prediction deleted.
"""

import asyncpg

REMEMBERED_S = 86_400.0  # a day: longer than a machine that is closed in the evening sleeps
BATCH_ROWS = 5000

# $1 the age in seconds
FORGET = f"""
DELETE FROM deleted_predictions WHERE id IN (
    SELECT id FROM deleted_predictions WHERE deleted_at < clock_timestamp() - make_interval(secs => $1)
    ORDER BY deleted_at LIMIT {BATCH_ROWS} FOR UPDATE SKIP LOCKED
)
"""  # noqa: S608  constants only


async def forget_deleted(connection: asyncpg.Connection, age_s: float) -> bool:
    """Forget a batch of ids that were deleted before that → whether there was any."""
    status: str = await connection.execute(FORGET, age_s)
    return status != "DELETE 0"
