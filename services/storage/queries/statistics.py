"""Reads the statistics of the history: counts, accuracy, confusion, rejections and calibration.

They come from the counts that are kept beside the predictions. A second query reads the latest labels. The lane of the
statistics gives both the same snapshot, so the parts of the answer agree with each other.
"""

from collections.abc import Sequence
from itertools import accumulate, pairwise
from uuid import UUID

import asyncpg

from services.storage.queries.count_levels import BIN_EDGES, CONFIDENCE_UNIT
from services.storage.queries.counting import TOTAL, read_groups, to_accuracy
from services.storage.queries.history import write_places_query
from services.storage.queries.history_page import Window
from services.storage.queries.outcome import OUTCOME, RIGHT
from services.storage.queries.true_digit import NOT_A_DIGIT_NUMBER
from shared.contracts.message import ModelVersion
from shared.contracts.storage import (
    Accuracy,
    ConfidenceBin,
    DayAccuracy,
    HistoryFilters,
    ModelAccuracy,
    Rejections,
    RunningAccuracy,
    Statistics,
)

RUNNING_ACCURACY_LENGTH = 200


async def read_statistics(
    connection: asyncpg.Connection, filters: HistoryFilters, owner: UUID | None = None
) -> Statistics:
    """Read the statistics of the predictions that fit. In a repeatable-read transaction: as of one moment."""
    groups = await read_groups(connection, [TOTAL, "digit", "bin", "model", "day"], filters, owner)
    by_part = {part: [group for group in groups if group["part"] == part] for part in ("digit", "bin", "model", "day")}
    overall = to_accuracy(groups[0])
    return Statistics(
        overall=overall,
        running_accuracy=await _read_running_accuracy(connection, filters, owner, overall),
        confusion=_make_confusion(by_part["digit"]),
        rejections=_make_rejections(by_part["digit"]),
        confidence_bins=_make_bins(by_part["bin"]),
        by_model=[
            ModelAccuracy(
                model=ModelVersion(name=group["model_name"], version=group["model_version"]),
                **dict(to_accuracy(group)),
            )
            for group in by_part["model"]
        ],
        by_day=[DayAccuracy(day=group["day"], **dict(to_accuracy(group))) for group in by_part["day"]],
    )


async def _read_running_accuracy(
    connection: asyncpg.Connection, filters: HistoryFilters, owner: UUID | None, overall: Accuracy
) -> list[RunningAccuracy]:
    """Read the latest labels, and count back from all labels to those before them."""
    if filters.labelled is False:
        return []
    labelled = filters.model_copy(update={"labelled": True})
    found, values = await write_places_query(connection, labelled, Window(), RUNNING_ACCURACY_LENGTH, owner)
    records = await connection.fetch(
        f"SELECT created_at, {OUTCOME} = {RIGHT} AS correct FROM ({found}) AS found "  # noqa: S608  values are parameters
        "JOIN predictions USING (created_at, id) ORDER BY created_at, id",
        *values,
    )
    before = overall.correct - sum(record["correct"] for record in records)
    correct = accumulate((record["correct"] for record in records), initial=before)
    return [
        RunningAccuracy(created_at=record["created_at"], labelled=number, accuracy=right / number)
        for number, record, right in zip(
            range(overall.labelled - len(records) + 1, overall.labelled + 1), records, list(correct)[1:], strict=True
        )
    ]


def _make_confusion(groups: Sequence[asyncpg.Record]) -> list[list[int]]:
    """Return 10×10 counts, `confusion[label][digit]`."""
    confusion = [[0] * 10 for _ in range(10)]
    for group in groups:
        if group["label"] is not None and group["label"] != NOT_A_DIGIT_NUMBER:
            confusion[group["label"]][group["digit"]] += group["predictions"]
    return confusion


def _make_rejections(groups: Sequence[asyncpg.Record]) -> Rejections:
    def count(rejected: bool | None = None, is_digit: bool | None = None) -> int:
        return sum(
            group["predictions"]
            for group in groups
            if rejected in (None, group["rejected"])
            and (
                is_digit is None or (group["label"] is not None and is_digit == (group["label"] != NOT_A_DIGIT_NUMBER))
            )
        )

    return Rejections(
        rejected=count(rejected=True),
        right=count(rejected=True, is_digit=False),
        wrong=count(rejected=True, is_digit=True),
        missed=count(rejected=False, is_digit=False),
    )


def _make_bins(groups: Sequence[asyncpg.Record]) -> list[ConfidenceBin]:
    """Return all ten bins, including empty ones."""
    found = {group["bin"]: group for group in groups}
    return [_make_bin(found.get(number), lower, upper) for number, (lower, upper) in enumerate(pairwise(BIN_EDGES))]


def _make_bin(group: asyncpg.Record | None, lower: float, upper: float) -> ConfidenceBin:
    if group is None:
        return ConfidenceBin(lower=lower, upper=upper, predictions=0, labelled=0, confidence=None, accuracy=None)
    counted = to_accuracy(group)
    confidence = group["confidence"] / CONFIDENCE_UNIT / counted.labelled if counted.labelled else None
    return ConfidenceBin(
        lower=lower,
        upper=upper,
        predictions=counted.predictions,
        labelled=counted.labelled,
        confidence=confidence,
        accuracy=counted.accuracy,
    )
