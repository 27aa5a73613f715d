"""Finds the drawings whose label would help a model most: doubtful, disputed and suspected ones.

Every part of the query reads a window of bounded size from an index: the least sure drawings of some bands of
confidence, the newest opinions, the least probable labels, or the newest drawings of one owner. Each row of a window is
then looked up by its key. `LIMIT 1` in a subquery keeps PostgreSQL from turning these look-ups into a scan.
"""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from services.storage.access.caller import Caller
from services.storage.queries.history_page import LARGEST, SMALLEST
from services.storage.queries.predictions import COLUMNS, to_stored_prediction
from services.storage.queries.true_digit import decode_label
from services.storage.suggestion_choice import Candidate, choose_candidates
from shared.contracts.suggestions import Kind, LabelSuggestion, LabelSuggestions, SuggestionQuery

BANDS = [0, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8]  # lowest confidences; scribbles alone could fill the first band
OF_A_BAND = 40
WINDOW = 500  # suspicions, or opinions
NEWEST_OWN = 1000  # drawings of an owner; the cost that PostgreSQL expects stays far below that of compiling (JIT)
OPINIONS = 100  # the newest about one drawing
OF_A_KIND = 200  # candidates, those of all owners in turn

# The sources: id, owner, digit, label, confidence. $1 holds the ids to leave out, $2 the owner that the caller is.
DOUBTFUL = "label IS NULL AND confidence < 0.9 AND id <> ALL ($1)"
LOOKED_UP = """CROSS JOIN LATERAL (
    SELECT id, owner, digit, label FROM predictions WHERE id = prediction_id AND id <> ALL ($1) LIMIT 1
) AS found"""
OF_ALL: dict[Kind, str] = {
    "doubtful": f"""
        SELECT DISTINCT found.* FROM unnest(ARRAY{BANDS}::float8[]) AS lowest CROSS JOIN LATERAL (
            SELECT id, owner, digit, label, confidence FROM predictions
            WHERE {DOUBTFUL} AND (confidence, id) >= (lowest, '{SMALLEST}') ORDER BY confidence, id LIMIT {OF_A_BAND}
        ) AS found""",  # noqa: S608  constants only
    "disputed": f"""
        SELECT found.* FROM (
            SELECT DISTINCT prediction_id FROM (
                SELECT prediction_id FROM label_history WHERE NOT counts ORDER BY id DESC LIMIT {WINDOW}
            ) AS opinions
        ) AS disputes {LOOKED_UP}""",  # noqa: S608  constants only
    "suspected": f"""
        SELECT found.* FROM (
            SELECT prediction_id FROM suspected_labels WHERE reviewed_at IS NULL ORDER BY probability LIMIT {WINDOW}
        ) AS suspicions {LOOKED_UP}""",  # noqa: S608  constants only
}
# $3 the owner
MINE = f"""
    WITH mine AS MATERIALIZED (
        SELECT id, owner, digit, label, confidence FROM predictions
        WHERE owner IS NOT NULL AND (owner, created_at, id) >= ($3, '-infinity', '{SMALLEST}')
          AND (owner, created_at, id) <= ($3, 'infinity', '{LARGEST}')
        ORDER BY owner DESC, created_at DESC, id DESC LIMIT {NEWEST_OWN}
    )"""  # noqa: S608  constants only
OF_MINE: dict[Kind, str] = {
    "doubtful": f"SELECT * FROM mine WHERE {DOUBTFUL}",  # noqa: S608  constants only
    "disputed": "SELECT * FROM mine WHERE label IS NOT NULL AND id <> ALL ($1)",
    "suspected": "SELECT * FROM mine WHERE label IS NOT NULL AND id <> ALL ($1)",
}

# Who settles a question about a label: a curator, but not the owner whose label is in question. Nobody is asked twice.
SETTLES = "counts AND (by_owner IS DISTINCT FROM candidate.owner OR candidate.owner IS NULL OR by_owner = $2)"
# The newest opinion that differs from the label. Of each person the newest counts.
OPINION = f"""
    SELECT after AS suggested, id AS opinion FROM (
        SELECT DISTINCT ON (by_owner, by_name) id, after FROM (
            SELECT id, by_owner, by_name, after FROM label_history
            WHERE prediction_id = candidate.id AND NOT counts ORDER BY id DESC LIMIT {OPINIONS}
        ) AS opinions ORDER BY by_owner, by_name, id DESC
    ) AS newest
    WHERE after <> candidate.label AND id > coalesce((
        SELECT max(id) FROM label_history WHERE prediction_id = candidate.id AND {SETTLES}
    ), 0)
    ORDER BY id DESC LIMIT 1"""  # noqa: S608  constants only
SUSPICION = f"""
    SELECT suggested, probability FROM suspected_labels
    WHERE prediction_id = candidate.id AND label = candidate.label AND reviewed_at IS NULL AND (
        SELECT count(*) = 0 FROM label_history
        WHERE prediction_id = candidate.id AND before = after AND after = candidate.label AND {SETTLES}
    ) LIMIT 1"""  # noqa: S608  constants only

# `place` is the order within a kind. The windows take the best of every owner before the second best of any.
CANDIDATES = f"""
{{beginning}}
SELECT id, owner, digit, kind, suggested FROM (
    SELECT *, row_number() OVER (PARTITION BY kind ORDER BY of_owner, place, id) AS of_kind FROM (
        SELECT *, row_number() OVER (PARTITION BY kind, owner ORDER BY place, id) AS of_owner FROM (
            SELECT id, owner, digit, 'doubtful' AS kind, NULL::smallint AS suggested, confidence AS place
            FROM ({{doubtful}}) AS candidate
            UNION ALL
            SELECT candidate.id, owner, digit, 'disputed', suggested, -opinion::float8
            FROM ({{disputed}}) AS candidate CROSS JOIN LATERAL ({OPINION}) AS found
            UNION ALL
            SELECT candidate.id, owner, digit, 'suspected', suggested, probability
            FROM ({{suspected}}) AS candidate CROSS JOIN LATERAL ({SUSPICION}) AS found
        ) AS every
    ) AS ranked
) AS candidates WHERE of_kind <= {OF_A_KIND} ORDER BY place, id
"""  # noqa: S608  constants only

# $1 ids, $2 the owner that the caller is, $3 its name
CHOSEN = f"""
SELECT {COLUMNS}, coalesce((
    SELECT by_owner IS NOT DISTINCT FROM $2 AND by_name = $3 FROM label_history
    WHERE prediction_id = predictions.id AND counts ORDER BY id DESC LIMIT 1
), false) AS labelled_by_me
FROM predictions WHERE id = ANY ($1::uuid[])
"""  # noqa: S608  constants only


async def suggest_labels(
    connection: asyncpg.Connection, query: SuggestionQuery, owner: UUID | None, caller: Caller
) -> LabelSuggestions:
    """Find the drawings to ask about, of everybody or of one owner.

    Of an owner with very many drawings, only the newest are considered.
    """
    sql, values = write_candidates_query(query.skip, owner, caller.owner)
    candidates = [Candidate(**record) for record in await connection.fetch(sql, *values)]
    chosen = choose_candidates([one for one in candidates if query.kind in (None, one.kind)], query.limit)
    records = await connection.fetch(CHOSEN, [one.id for one in chosen], caller.owner, caller.name)
    found = {record["id"]: record for record in records}
    kept = [one for one in chosen if one.id in found]  # the others were deleted at this moment
    return LabelSuggestions(suggestions=[_to_suggestion(found[one.id], one, caller.owner) for one in kept])


def write_candidates_query(skip: Sequence[UUID], owner: UUID | None, caller: UUID | None) -> tuple[str, list[object]]:
    """Write the query of all candidates, best of each kind first, and its parameters."""
    if owner is None:
        return CANDIDATES.format(beginning="", **OF_ALL), [list(skip), caller]
    return CANDIDATES.format(beginning=MINE, **OF_MINE), [list(skip), caller, owner]


def _to_suggestion(record: asyncpg.Record, candidate: Candidate, caller: UUID | None) -> LabelSuggestion:
    fields = dict(record)
    labelled_by_me = fields.pop("labelled_by_me")
    stored = to_stored_prediction(fields, caller)
    return LabelSuggestion(
        **stored.model_dump(),
        kind=candidate.kind,
        suggested=decode_label(candidate.suggested),
        labelled_by_me=labelled_by_me,
    )
