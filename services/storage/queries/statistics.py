"""Reads the statistics of the history: counts, accuracy, confusion and calibration.

One query reads the whole index of the history and a second reads the latest labels. The lane of the statistics gives
both the same snapshot, so the parts of the answer agree with each other.
"""

from collections.abc import Sequence
from itertools import pairwise
from uuid import UUID

import asyncpg

from services.storage.history_query import StatisticsQuery, split_model_reference
from shared.contracts.message import ModelVersion
from shared.contracts.storage import (
    Accuracy,
    ConfidenceBin,
    DayAccuracy,
    ModelAccuracy,
    Rejections,
    RunningAccuracy,
    Statistics,
)

BIN_EDGES = [edge / 10 for edge in range(11)]  # ten bins; an edge belongs to the bin above it, and 1.0 to the last bin
RUNNING_ACCURACY_LENGTH = 200

# One row for each group; `grouped_by` says which of the five groupings the group belongs to.
# $1 the nine inner bin edges, $2 and $3 the name and version of the model, NULL for any.
COUNT = """
SELECT CASE GROUPING(day, model_name, bin, true_digit)
           WHEN 15 THEN 'all' WHEN 7 THEN 'day' WHEN 11 THEN 'model' WHEN 13 THEN 'bin' ELSE 'confusion'
       END AS grouped_by,
       day, model_name, model_version, bin, true_digit, digit,
       count(*) AS predictions,
       count(label) AS labelled,
       count(*) FILTER (WHERE label = digit) AS correct,
       avg(confidence) FILTER (WHERE label IS NOT NULL) AS confidence
FROM (
    SELECT digit, label, confidence, model_name, model_version,
           label AS true_digit,
           (created_at AT TIME ZONE 'UTC')::date AS day,
           width_bucket(confidence, $1::double precision[]) AS bin
    FROM predictions
    WHERE model_name = coalesce($2, model_name) AND model_version = coalesce($3, model_version)
) AS considered
GROUP BY GROUPING SETS ((), (day), (model_name, model_version), (bin), (true_digit, digit))
ORDER BY day, model_name, model_version, bin
"""

# The counts go back from the totals, so that only the latest labels are read.
# $1 total labelled, $2 total correct, $3 number of entries, $4 and $5 the name and version of the model, NULL for any.
RUNNING_ACCURACY = """
SELECT created_at, labelled, correct::double precision / labelled AS accuracy
FROM (
    SELECT created_at,
           $1::bigint - count(*) OVER newer AS labelled,
           $2::bigint - count(*) FILTER (WHERE label = digit) OVER newer AS correct,
           id
    FROM (
        SELECT created_at, id, label, digit FROM predictions
        WHERE label IS NOT NULL
          AND model_name = coalesce($4, model_name) AND model_version = coalesce($5, model_version)
        ORDER BY created_at DESC, id DESC LIMIT $3
    ) AS latest
    WINDOW newer AS (ORDER BY created_at DESC, id DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
) AS counted
ORDER BY created_at, id
"""


async def read_statistics(connection: asyncpg.Connection, query: StatisticsQuery, owner: UUID | None) -> Statistics:
    """Read the statistics of all predictions or of one model. In a repeatable-read transaction: as of one moment."""
    model = split_model_reference(query.model)
    groups = await connection.fetch(COUNT, BIN_EDGES[1:-1], *model)
    (everything,) = _select_groups("all", groups)
    totals = everything["labelled"], everything["correct"]
    running = await connection.fetch(RUNNING_ACCURACY, *totals, RUNNING_ACCURACY_LENGTH, *model)
    return Statistics(
        overall=_make_accuracy(everything),
        running_accuracy=[RunningAccuracy(**record) for record in running],
        confusion=_make_confusion(_select_groups("confusion", groups)),
        rejections=Rejections(rejected=0, right=0, wrong=0, missed=0),
        confidence_bins=_make_bins(_select_groups("bin", groups)),
        by_model=[
            ModelAccuracy(
                model=ModelVersion(name=group["model_name"], version=group["model_version"]),
                **_make_accuracy(group).model_dump(),
            )
            for group in _select_groups("model", groups)
        ],
        by_day=[
            DayAccuracy(day=group["day"], **_make_accuracy(group).model_dump())
            for group in _select_groups("day", groups)
        ],
    )


def _select_groups(grouping: str, groups: Sequence[asyncpg.Record]) -> list[asyncpg.Record]:
    return [group for group in groups if group["grouped_by"] == grouping]


def _make_accuracy(group: asyncpg.Record) -> Accuracy:
    labelled, correct = group["labelled"], group["correct"]
    return Accuracy(
        predictions=group["predictions"],
        labelled=labelled,
        correct=correct,
        accuracy=correct / labelled if labelled else None,
    )


def _make_confusion(groups: Sequence[asyncpg.Record]) -> list[list[int]]:
    """Return 10×10 counts, `confusion[label][digit]`."""
    confusion = [[0] * 10 for _ in range(10)]
    for group in groups:
        if group["true_digit"] is not None:
            confusion[group["true_digit"]][group["digit"]] = group["labelled"]
    return confusion


def _make_bins(groups: Sequence[asyncpg.Record]) -> list[ConfidenceBin]:
    """Return all ten bins, including empty ones."""
    found = {group["bin"]: group for group in groups}
    return [_make_bin(found.get(number), lower, upper) for number, (lower, upper) in enumerate(pairwise(BIN_EDGES))]


def _make_bin(group: asyncpg.Record | None, lower: float, upper: float) -> ConfidenceBin:
    if group is None:
        return ConfidenceBin(lower=lower, upper=upper, predictions=0, labelled=0, confidence=None, accuracy=None)
    counted = _make_accuracy(group)
    return ConfidenceBin(
        lower=lower,
        upper=upper,
        predictions=counted.predictions,
        labelled=counted.labelled,
        confidence=group["confidence"],
        accuracy=counted.accuracy,
    )
