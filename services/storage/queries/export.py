"""Reads predictions for an export, oldest first, as JSON lines that PostgreSQL writes itself.

A page is one query, so a caller who reads slowly holds no connection. A page begins after the place where the page
before ended (keyset pagination), and ends early if its drawings are large.
"""

from dataclasses import dataclass

import asyncpg

from services.storage.cursor import Place, decode_cursor, encode_cursor
from services.storage.history_query import ExportQuery
from services.storage.queries.conditions import Conditions
from services.storage.queries.true_digit import NOT_A_DIGIT_NUMBER
from shared.contracts.storage import NOT_A_DIGIT

PAGE_BYTES = 4 * 1024 * 1024  # of drawings; the drawing that exceeds this is the last of its page

# PostgreSQL writes base64 on several lines, which JSON would write as \\n.
DRAWING = "replace(encode(content, 'base64'), E'\\n', '')"  # `translate` takes four times as long
LINE = """
json_build_object(
    'id', id, 'created_at', to_json(created_at AT TIME ZONE 'UTC') #>> '{{}}' || 'Z', 'digit', digit,
    'confidence', confidence, 'probabilities', probabilities, 'digit_score', digit_score, 'rejected', rejected,
    'model', json_build_object('name', model_name, 'version', model_version), 'source', source, 'owner', owner,
    'label', CASE WHEN label = {no_digit} THEN to_json('{not_a_digit}'::text) ELSE to_json(label) END,
    'labelled_at', to_json(labelled_at AT TIME ZONE 'UTC') #>> '{{}}' || 'Z',
    'drawing', {drawing}
)::text
"""
COLUMNS = """
id, created_at, digit, confidence, probabilities, digit_score, rejected, model_name, model_version, source, owner,
label, labelled_at
"""
WITHOUT_DRAWINGS = """
SELECT {line} AS line, created_at, id FROM predictions WHERE {conditions} ORDER BY created_at, id LIMIT {limit}
"""
WITH_DRAWINGS = """
SELECT {line} AS line, created_at, id FROM (
    SELECT *, sum(octet_length(content)) OVER (ORDER BY created_at, id) - octet_length(content) AS bytes_before
    FROM (
        SELECT {columns}, coalesce(drawing, content) AS content
        FROM predictions LEFT JOIN drawings ON sha256 = drawing_sha256
        WHERE {conditions} ORDER BY created_at, id LIMIT {limit}
    ) AS following
) AS measured
WHERE bytes_before < {bytes} ORDER BY created_at, id
"""

# An export is read in pages, each of them a request, so the audit notes a caller again only among other entries.
NOTE = """
INSERT INTO audit (who, action, details)
SELECT $1, 'export', '{"what": "predictions"}' WHERE NOT EXISTS (
    SELECT FROM (SELECT * FROM audit ORDER BY id DESC LIMIT 20) AS newest
    WHERE who = $1 AND action = 'export' AND at > now() - interval '1 hour'
)
"""


@dataclass(frozen=True)
class ExportPage:
    """JSON lines, and the cursor of the page after them; None if there is none."""

    lines: list[str]
    next_cursor: str | None


async def read_export(connection: asyncpg.Connection, query: ExportQuery, who: str) -> ExportPage:
    """Read one page and note the export in the audit."""
    await connection.execute(NOTE, who)
    conditions = Conditions()
    if query.cursor is not None:
        place = decode_cursor(query.cursor)
        conditions.add("(created_at, id) > ({}, {})", place.created_at, place.id)
    conditions.add("created_at >= {}", query.since)
    conditions.add("created_at < {}", query.until)
    if query.labelled:
        conditions.texts.append("label IS NOT NULL")
    statement = (WITH_DRAWINGS if query.drawings else WITHOUT_DRAWINGS).format(
        line=LINE.format(
            no_digit=NOT_A_DIGIT_NUMBER, not_a_digit=NOT_A_DIGIT, drawing=DRAWING if query.drawings else "NULL"
        ),
        columns=COLUMNS,
        conditions=conditions,
        limit=conditions.parameter(query.limit + 1),
        bytes=PAGE_BYTES,
    )
    records = await connection.fetch(statement, *conditions.values)
    page = records[: query.limit]
    # A page of drawings may end early by its bytes, so only an empty page is surely the end.
    complete = len(records) <= query.limit and not query.drawings
    last = None if complete or not page else encode_cursor(Place(page[-1]["created_at"], page[-1]["id"]))
    return ExportPage([record["line"] for record in page], last)
