"""Keeps the table of counts: moves the changes into it, counts everything again, and checks it.

One transaction at a time moves or replaces counts. Writers of predictions never wait for it, and it not for them: they
only add rows to `count_changes`.
"""

import asyncpg

from services.storage.queries.count_levels import (
    DIMENSIONS,
    FACTS,
    FOLD_LOCK,
    write_levels,
)

BATCH = 50_000  # changes in one transaction, which takes about a second

TRY_LOCK = f"SELECT pg_try_advisory_xact_lock({FOLD_LOCK})"
ANY_CHANGE = "SELECT EXISTS (SELECT FROM count_changes)"

# A row that another transaction adds meanwhile is not seen by this statement, so it stays.
FOLD = f"""
WITH taken AS (
    DELETE FROM count_changes WHERE ctid = ANY (ARRAY (SELECT ctid FROM count_changes LIMIT {BATCH})) RETURNING *
), folded AS (
    INSERT INTO counts {write_levels("SELECT * FROM taken")}
    ON CONFLICT ON CONSTRAINT counts_key DO UPDATE SET
        predictions = counts.predictions + EXCLUDED.predictions,
        confidence = counts.confidence + EXCLUDED.confidence
)
SELECT count(*) FROM taken
"""  # noqa: S608  constants only

COUNTED_AGAIN = f"""
SELECT {DIMENSIONS}, sum(predictions) AS predictions, sum(confidence) AS confidence
FROM ({FACTS}) AS facts GROUP BY {DIMENSIONS}
"""  # noqa: S608  constants only

# The last statement has one snapshot: the changes that it removes are exactly those of the predictions that it counts.
REBUILD = f"""
SET LOCAL work_mem = '256MB';
LOCK TABLE predictions IN ACCESS SHARE MODE;
SELECT pg_advisory_xact_lock({FOLD_LOCK});
DELETE FROM counts;
WITH covered AS (DELETE FROM count_changes) INSERT INTO counts {write_levels(COUNTED_AGAIN)}
"""  # noqa: S608  constants only

# Every sum in `counts` and `count_changes` that is not the sum over the predictions.
DIFFERENCES = f"""
WITH again AS ({write_levels(COUNTED_AGAIN)}), kept AS (
    SELECT * FROM counts UNION ALL {write_levels("SELECT * FROM count_changes")}
), signed AS (
    SELECT * FROM kept UNION ALL
    SELECT level, day, model_name, model_version, source, digit, label, rejected, outcome, bin,
           -predictions, -confidence FROM again
)
SELECT count(*) FROM (
    SELECT FROM signed
    GROUP BY level, day, model_name, model_version, source, digit, label, rejected, outcome, bin
    HAVING sum(predictions) <> 0 OR sum(confidence) <> 0
) AS differing
"""  # noqa: S608  constants only


async def fold_counts(connection: asyncpg.Connection) -> int:
    """Move changes into the counts → how many were moved. It moves none while another connection does this."""
    if not await connection.fetchval(ANY_CHANGE):
        return 0
    async with connection.transaction():
        if not await connection.fetchval(TRY_LOCK):
            return 0
        moved: int = await connection.fetchval(FOLD)
        return moved


async def rebuild_counts(connection: asyncpg.Connection) -> None:
    """Count all predictions again, while others write."""
    async with connection.transaction():
        await connection.execute(REBUILD)


async def find_differences(connection: asyncpg.Connection) -> int:
    """Count all predictions again → how many rows of the counts are wrong, as of one moment."""
    async with connection.transaction():
        await connection.execute("SET LOCAL work_mem = '256MB'")
        differing: int = await connection.fetchval(DIFFERENCES)
        return differing
