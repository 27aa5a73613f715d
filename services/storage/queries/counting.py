"""Reads how many predictions fit the filters, in groups, from the counts that are kept beside the predictions.

Whole days come from the counts, the rest of a period that begins or ends inside a day from the predictions themselves.
The predictions of one owner are counted anew, because nothing is kept for each owner. One statement reads everything,
and therefore sees one moment.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from services.storage.history_query import CountQuery
from services.storage.queries.conditions import Conditions
from services.storage.queries.count_levels import COLUMNS_OF, DIMENSIONS, FACTS, choose_level
from services.storage.queries.filters import add_filters
from services.storage.queries.outcome import OUTCOME, RIGHT, UNLABELLED
from services.storage.queries.period import split_period
from shared.contracts.storage import Accuracy, HistoryFilters, PredictionCount

TYPES = {"day": "date", "digit": "smallint", "label": "smallint", "rejected": "boolean", "bin": "smallint"}
LABELLED = f"outcome <> {UNLABELLED}"
SUMS = f"""
coalesce(sum(predictions), 0)::bigint AS predictions,
coalesce(sum(predictions) FILTER (WHERE {LABELLED}), 0)::bigint AS labelled,
coalesce(sum(predictions) FILTER (WHERE outcome = {RIGHT}), 0)::bigint AS correct,
coalesce(sum(confidence) FILTER (WHERE {LABELLED}), 0)::bigint AS confidence
"""
TOTAL = ""  # the part of a group that holds everything


class GroupsQuery:
    """Writes a query of counts by each of `parts`, which are names of COLUMNS_OF or TOTAL; `part` says which it is."""

    def __init__(self, filters: HistoryFilters, owner: UUID | None) -> None:
        self.values: list[object] = []
        self._filters = filters
        self._owner = owner
        self._fitting = Conditions(self.values)
        add_filters(self._fitting, filters, "outcome")
        self._period = split_period(filters.since, filters.until)
        self._days = Conditions(self.values)
        if owner is None:  # PostgreSQL refuses a parameter that is in no condition
            self._days.add("day >= {}", self._period.first)
            self._days.add("day < {}", self._period.last)

    def write(self, parts: Sequence[str]) -> str:
        """Write the query. `self.values` are its parameters."""
        groups = " UNION ALL ".join(f"({self._write_group(part)})" for part in parts)
        return f"""
        WITH uncounted AS MATERIALIZED (
            SELECT {DIMENSIONS}, outcome, sum(predictions) AS predictions, sum(confidence) AS confidence
            FROM (SELECT *, {OUTCOME} AS outcome FROM ({self._write_uncounted()}) AS facts) AS facts
            WHERE {self._fitting} GROUP BY {DIMENSIONS}, outcome
        ) {groups}
        """  # noqa: S608  values are parameters

    def _write_group(self, part: str) -> str:
        columns = COLUMNS_OF.get(part, ())
        listed = [
            f"{name}::{TYPES.get(name, 'text')}" if name in columns else f"NULL::{TYPES.get(name, 'text')} AS {name}"
            for name in DIMENSIONS.split(", ")
        ]
        grouping = f"GROUP BY {', '.join(columns)} HAVING sum(predictions) <> 0 ORDER BY {', '.join(columns)}"
        return f"""
        SELECT '{part}' AS part, {", ".join(listed)}, {SUMS}
        FROM ({self._write_counted(part)}) AS facts {grouping if columns else ""}
        """  # noqa: S608  values are parameters

    def _write_counted(self, part: str) -> str:
        columns = ", ".join([*COLUMNS_OF.get(part, ()), "outcome", "predictions", "confidence"])
        uncounted = f"SELECT {columns} FROM uncounted"  # noqa: S608  values are parameters
        if self._owner is not None:
            return uncounted
        level = choose_level(*_name_parts(self._filters), *([part] if part else []))
        return f"""
        SELECT {columns} FROM counts WHERE level = {level.number} AND {self._fitting} AND {self._days}
        UNION ALL {uncounted}
        """  # noqa: S608  values are parameters

    def _write_uncounted(self) -> str:
        if self._owner is not None:
            conditions = Conditions(self.values)
            conditions.add("owner = {}", self._owner)
            conditions.add("created_at >= {}", self._filters.since)
            conditions.add("created_at < {}", self._filters.until)
            return f"{FACTS} WHERE {conditions}"
        changes = f"SELECT {DIMENSIONS}, predictions, confidence FROM count_changes WHERE {self._days}"  # noqa: S608  values are parameters
        return " UNION ALL ".join([changes, *map(self._write_rest, self._period.rests)])

    def _write_rest(self, rest: tuple[datetime, datetime]) -> str:
        conditions = Conditions(self.values)
        conditions.add("created_at >= {} AND created_at < {}", *rest)
        return f"{FACTS} WHERE {conditions}"


async def read_groups(
    connection: asyncpg.Connection, parts: Sequence[str], filters: HistoryFilters, owner: UUID | None = None
) -> list[asyncpg.Record]:
    """Read the groups that are not empty; TOTAL has one group in any case."""
    query = GroupsQuery(filters, owner)
    records: list[asyncpg.Record] = await connection.fetch(query.write(parts), *query.values)
    return records


async def read_totals(connection: asyncpg.Connection, filters: HistoryFilters, owner: UUID | None = None) -> Accuracy:
    """Count the predictions that fit, and those of them that have a label and are right."""
    (total,) = await read_groups(connection, [TOTAL], filters, owner)
    return to_accuracy(total)


async def count_predictions(
    connection: asyncpg.Connection, query: CountQuery, owner: UUID | None = None
) -> PredictionCount:
    """Count the predictions that fit. The answer is at most the limit, and says whether there are more."""
    found = (await read_totals(connection, query, owner)).predictions
    return PredictionCount(predictions=min(found, query.limit), more=found > query.limit)


def to_accuracy(group: asyncpg.Record) -> Accuracy:
    """Convert the sums of a group."""
    labelled, correct = group["labelled"], group["correct"]
    return Accuracy(
        predictions=group["predictions"],
        labelled=labelled,
        correct=correct,
        accuracy=correct / labelled if labelled else None,
    )


def _name_parts(filters: HistoryFilters) -> list[str]:
    """Return the parts of COLUMNS_OF that the filters need; the outcome is in every level."""
    needed = {
        "digit": (filters.digit, filters.label),
        "model": (filters.model,),
        "source": (filters.source,),
        "day": (filters.since, filters.until),
    }
    return [part for part, values in needed.items() if any(value is not None for value in values)]
