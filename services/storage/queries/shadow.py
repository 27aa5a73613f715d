"""Stores what versions in shadow answered, and compares these answers with the predictions and their labels.

A comparison looks at the newest COUNTED answers of the version, so its cost has a bound however many there are.
"""

from typing import Any
from uuid import UUID

import asyncpg

from services.storage.history_query import split_model_reference
from services.storage.queries.outcome import OUTCOME, RIGHT, UNLABELLED
from services.storage.queries.predictions import COLUMNS, to_stored_prediction
from services.storage.queries.true_digit import NOT_A_DIGIT_NUMBER
from shared.contracts.shadow import Disagreement, ShadowAnswer, ShadowAnswerToStore, ShadowComparison

COUNTED = 10_000  # answers in a comparison
SHOWN = 24  # disagreements

# $1 the prediction, $2 the owner whose predictions may be changed, NULL for everybody's, then the answer. The first
# answer of a version stays.
STORE = """
WITH found AS (
    SELECT id FROM predictions WHERE id = $1 AND ($2::uuid IS NULL OR owner = $2) FOR KEY SHARE
), stored AS (
    INSERT INTO shadow_answers (prediction_id, model_name, model_version, digit, confidence, digit_score, rejected)
    SELECT id, $3, $4, $5::smallint, $6::real, $7::real, $8::boolean FROM found
    ON CONFLICT DO NOTHING
)
SELECT count(*) > 0 FROM found
"""

AGREED = "(CASE WHEN rejected OR shadow_rejected THEN rejected = shadow_rejected ELSE digit = shadow_digit END)"
SHADOW_RIGHT = f"(label = shadow_digit OR (label = {NOT_A_DIGIT_NUMBER} AND shadow_rejected))"

# $1 and $2 the version, $3 the owner whose predictions are counted or seen, NULL for everybody's. With LIMIT 1,
# PostgreSQL looks each prediction up; a join would read the whole table where that has up to a few million rows.
NEWEST = f"""
WITH newest AS MATERIALIZED (
    SELECT prediction_id, at, digit AS shadow_digit, confidence AS shadow_confidence,
           digit_score AS shadow_digit_score, rejected AS shadow_rejected
    FROM shadow_answers WHERE model_name = $1 AND model_version = $2 ORDER BY at DESC LIMIT {COUNTED}
), compared AS (
    SELECT * FROM newest
    CROSS JOIN LATERAL (SELECT * FROM predictions WHERE id = prediction_id LIMIT 1) AS answered
    WHERE $3::uuid IS NULL OR owner = $3
)
"""  # noqa: S608  constants only
COUNT = f"""
{NEWEST}, judged AS (
    SELECT {AGREED} AS agreed, {OUTCOME} <> {UNLABELLED} AS labelled, {OUTCOME} = {RIGHT} AS is_right,
           coalesce({SHADOW_RIGHT}, false) AS shadow_is_right
    FROM compared
)
SELECT count(*) AS answered,
       count(*) FILTER (WHERE agreed) AS agreed,
       count(*) FILTER (WHERE labelled) AS labelled,
       count(*) FILTER (WHERE is_right) AS "right",
       count(*) FILTER (WHERE shadow_is_right) AS shadow_right,
       count(*) FILTER (WHERE is_right AND NOT shadow_is_right) AS only_right,
       count(*) FILTER (WHERE shadow_is_right AND NOT is_right) AS only_shadow_right,
       (SELECT count(*) = {COUNTED} FROM newest) AS more
FROM judged
"""  # noqa: S608  constants only
DISAGREEMENTS = f"""
{NEWEST}
SELECT {COLUMNS}, shadow_digit, shadow_confidence, shadow_digit_score, shadow_rejected
FROM compared WHERE NOT {AGREED} ORDER BY at DESC LIMIT {SHOWN}
"""  # noqa: S608  constants only


async def store_shadow_answer(
    connection: asyncpg.Connection, prediction_id: UUID, answer: ShadowAnswerToStore, changeable: UUID | None
) -> bool:
    """Store the answer, unless this version has one already → whether the caller may change such a prediction."""
    model, values = answer.model, (answer.digit, answer.confidence, answer.digit_score, answer.rejected)
    found: bool = await connection.fetchval(STORE, prediction_id, changeable, model.name, model.version, *values)
    return found


async def compare_shadow(
    connection: asyncpg.Connection, model: str, counted: UUID | None, seen: UUID | None, caller: UUID | None
) -> ShadowComparison:
    """Compare `name/version` with the versions that answered. In a repeatable-read transaction: as of one moment.

    `counted` and `seen` are the owner whose predictions the caller may count and see, None for everybody's.
    """
    version = split_model_reference(model)
    totals = await connection.fetchrow(COUNT, *version, counted)
    differing = await connection.fetch(DISAGREEMENTS, *version, seen)
    return ShadowComparison(**dict(totals), disagreements=[_to_disagreement(record, caller) for record in differing])


def _to_disagreement(record: asyncpg.Record, caller: UUID | None) -> Disagreement:
    fields: dict[str, Any] = dict(record)
    answer = {name: fields.pop(f"shadow_{name}") for name in ShadowAnswer.model_fields}
    return Disagreement(prediction=to_stored_prediction(fields, caller), shadow=ShadowAnswer(**answer))
