"""However many rows there are, the suggestions read a bounded number of them, all through indexes."""

import json
from uuid import UUID

import asyncpg
import pytest

from services.storage.queries.suggestions import BANDS, NEWEST_OWN, OF_A_BAND, WINDOW, write_candidates_query

ROWS = 20_000
OWNER, SKIPPED = UUID(int=1), [UUID(int=number) for number in range(100)]
# Three in four are labelled; everything is disputed and suspected. $1 the number of rows, $2 the owner of all of them.
FILL = """
WITH stored AS (
    INSERT INTO predictions (id, created_at, digit, confidence, probabilities, digit_score, model_name, model_version,
                             source, drawing, media_type, label, labelled_at, owner)
    SELECT gen_random_uuid(), now() - number * interval '1 minute', number % 10, (number % 100) / 100.0,
           array_fill(0.1::float8, ARRAY[10]), 0.5, 'cnn', '1', 'api', '\\x89', 'image/png',
           CASE WHEN number % 4 > 0 THEN number % 10 END, CASE WHEN number % 4 > 0 THEN now() END, $2
    FROM generate_series(1, $1::bigint) AS number RETURNING id, label
), disputed AS (
    INSERT INTO label_history (prediction_id, by_name, counts, after, origin)
    SELECT id, 'visitor 1', false, (coalesce(label, 0) + opinion) % 11, 'person'
    FROM stored CROSS JOIN generate_series(1, 3) AS opinion
)
INSERT INTO suspected_labels (prediction_id, label, suggested, probability) SELECT id, label, 10, 0.1
FROM stored WHERE label IS NOT NULL
"""
OPINIONS_EACH, LOOK_UPS = 3, 3  # at most so many look-ups in the history for each drawing of a window
TABLES = ("predictions", "label_history", "suspected_labels")


@pytest.fixture
async def full(database_url):
    """Many rows, of which PostgreSQL knows nothing: it analysed the tables when they held few."""
    connection = await asyncpg.connect(database_url)
    for table in TABLES:
        await connection.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = off)")
    await connection.execute(FILL, 100, None)
    await connection.execute("ANALYZE")
    await connection.execute(FILL, ROWS, OWNER)
    yield connection
    for table in TABLES:
        await connection.execute(f"ALTER TABLE {table} RESET (autovacuum_enabled)")
    await connection.close()


async def explain(connection, owner) -> list[dict]:
    """Every node of the plan that reads a table."""
    query, values = write_candidates_query(SKIPPED, owner, OWNER)
    [plan] = json.loads(await connection.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {query}", *values))
    nodes, found = [plan["Plan"]], []
    while nodes:
        node = nodes.pop()
        nodes.extend(node.get("Plans", []))
        found.extend([node] if "Relation Name" in node else [])
    return found


def count_read(node: dict) -> float:
    removed = sum(count for name, count in node.items() if name.startswith("Rows Removed"))
    rows: float = (node["Actual Rows"] + removed) * node["Actual Loops"]
    return rows


@pytest.mark.parametrize("owner", [None, OWNER], ids=["everybody's", "one owner's"])
@pytest.mark.parametrize("analysed", [False, True], ids=["statistics are old", "statistics are new"])
async def test_each_table_is_read_through_an_index_and_only_in_part(full, owner, analysed):
    if analysed:
        await full.execute("ANALYZE")
    nodes = await explain(full, owner)
    assert {node.get("Relation Name") for node in nodes} == set(TABLES)
    # The rows of one key may be read with a bitmap. One of more rows would exceed the bounds.
    assert {node["Node Type"] for node in nodes} <= {"Index Scan", "Index Only Scan", "Bitmap Heap Scan"}, nodes
    read = {table: sum(count_read(node) for node in nodes if node["Relation Name"] == table) for table in TABLES}
    assert read["predictions"] <= max(len(BANDS) * (OF_A_BAND + len(SKIPPED)) + 2 * WINDOW, NEWEST_OWN)
    assert read["suspected_labels"] <= max(2 * WINDOW, NEWEST_OWN)
    assert read["label_history"] <= LOOK_UPS * OPINIONS_EACH * max(2 * WINDOW, NEWEST_OWN) + WINDOW
