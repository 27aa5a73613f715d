"""The levels of the table of counts, and the SQL that adds up predictions into them.

`counts` holds how many predictions there are and the sum of their confidences, by some columns and the outcome. A level
is a choice of the columns, and the small ones are fast to read. `count_changes` holds what was changed since the counts
were brought up to date. Whoever reads adds both in one statement, so that the sum is exact at every moment.

Migration 0003 has the triggers that write the changes, and its own copy of this SQL.
"""

from dataclasses import dataclass

from services.storage.queries.outcome import OUTCOME

FOLD_LOCK = 0x51A7F  # whoever moves or replaces counts holds this advisory lock of PostgreSQL
CONFIDENCE_UNIT = 1e9  # the sums are whole numbers of 1e-9, so that adding and taking away is exact
BIN_EDGES = [edge / 10 for edge in range(11)]  # ten bins; an edge belongs to the bin above it, and 1.0 to the last bin

# Model and version always go together, and so do the three of "digit". The outcome belongs to every level.
COLUMNS_OF = {
    "day": ("day",),
    "model": ("model_name", "model_version"),
    "source": ("source",),
    "digit": ("digit", "label", "rejected"),
    "bin": ("bin",),
}
DIMENSIONS = "day, model_name, model_version, source, digit, label, rejected, bin"


@dataclass(frozen=True)
class Level:
    """What a level counts apart: names of COLUMNS_OF."""

    parts: frozenset[str]

    @property
    def number(self) -> int:
        """Return what GROUPING(day, model_name, source, digit, bin) is for the rows of the level."""
        return sum(2 ** (4 - place) for place, part in enumerate(COLUMNS_OF) if part not in self.parts)

    @property
    def columns(self) -> str:
        """Return the columns for a GROUP BY."""
        return ", ".join(
            [*(column for part in COLUMNS_OF if part in self.parts for column in COLUMNS_OF[part]), "outcome"]
        )


LEVELS = tuple(  # the smallest first
    Level(frozenset(parts.split()))
    for parts in (
        "digit",
        "model bin",
        "day model",
        "day source",
        "day bin",
        "day digit",
        "model source digit bin",
        "day model source digit bin",
    )
)

# What predictions add to the counts, one row each. `{}` is replaced by the rest of a query.
FACTS = f"""
SELECT (created_at AT TIME ZONE 'UTC')::date AS day, model_name, model_version, source, digit, label, rejected,
       width_bucket(confidence, ARRAY{BIN_EDGES[1:-1]}::double precision[]) AS bin,
       1 AS predictions, round(confidence * {CONFIDENCE_UNIT:.0f})::bigint AS confidence
FROM predictions
"""  # noqa: S608  constants only
OUTCOMES = f"SELECT *, {OUTCOME} AS outcome"

MODEL_VERSIONS = f"""
SELECT model_name AS name, model_version AS version FROM (
    SELECT model_name, model_version, predictions FROM counts WHERE level = {LEVELS[1].number}
    UNION ALL SELECT model_name, model_version, predictions FROM count_changes
) AS counted GROUP BY model_name, model_version HAVING sum(predictions) > 0 ORDER BY model_name, model_version
"""  # noqa: S608  constants only


def choose_level(*parts: str) -> Level:
    """Return the smallest level that counts all these parts."""
    return next(level for level in LEVELS if level.parts >= set(parts))


def write_levels(facts: str) -> str:
    """Write the query that adds up a query of facts, which have all DIMENSIONS, into every level."""
    sets = ", ".join(f"({level.columns})" for level in LEVELS)
    return f"""
    SELECT GROUPING(day, model_name, source, digit, bin) AS level, day, model_name, model_version, source,
           digit, label, rejected, outcome, bin, sum(predictions) AS predictions, sum(confidence) AS confidence
    FROM (SELECT *, {OUTCOME} AS outcome FROM ({facts}) AS facts) AS facts
    GROUP BY GROUPING SETS ({sets})
    """  # noqa: S608  values are parameters
