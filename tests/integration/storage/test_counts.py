"""The counts beside the predictions are exact at every moment, whoever writes and whatever moves the changes."""

import asyncio
import random
import sys
from itertools import count, takewhile

import asyncpg
import pytest

from services.storage import count_folding
from services.storage.queries import counts
from services.storage.queries.counts import find_differences, fold_counts, rebuild_counts
from tests.integration.storage.rows import COLUMNS, INSERT, make_row, make_rows

# What the service of revision 0002 executes.
OLD_INSERT = """
INSERT INTO predictions (id, created_at, digit, confidence, probabilities, digit_score, model_name, model_version,
                         source, drawing, media_type)
VALUES ($1, COALESCE($2, clock_timestamp()), $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (id) DO NOTHING
"""
OLD_LABEL = "UPDATE predictions SET label = $2, labelled_at = clock_timestamp() WHERE id = $1"
CHANGES = {
    "label": "UPDATE predictions SET label = 7, labelled_at = now() WHERE digit < 6",
    "not a digit": "UPDATE predictions SET label = 10, labelled_at = now() WHERE digit < 6",
    "label removed": "UPDATE predictions SET label = NULL, labelled_at = NULL WHERE digit > 4",
    "other values": "UPDATE predictions SET digit = 9 - digit, confidence = 1 - confidence, rejected = NOT rejected",
    "another day": "UPDATE predictions SET created_at = created_at - interval '30 hours' WHERE digit > 4",
    "another model": "UPDATE predictions SET model_name = 'other', source = 'api' WHERE digit > 4",
    "nothing that counts": "UPDATE predictions SET digit_score = 0.5, media_type = 'image/webp'",
    "some deleted": "DELETE FROM predictions WHERE digit > 4",
    "all deleted": "DELETE FROM predictions",
    "truncated": "TRUNCATE predictions CASCADE",
    "rolled back": "BEGIN; DELETE FROM predictions WHERE digit > 4; ROLLBACK",
}


@pytest.fixture
async def connect(database_url):
    """Return a function that opens a connection to the database."""
    opened = []

    async def connect():
        opened.append(await asyncpg.connect(database_url))
        return opened[-1]

    yield connect
    for connection in opened:
        await connection.close()


@pytest.fixture
async def connection(connect):
    return await connect()


async def _insert(connection, number, seed=1):
    await connection.executemany(INSERT, [tuple(row.values()) for row in make_rows(number, seed)])


async def _count(connection):
    """The sum over the counts and the changes, level by level; every level must hold everything."""
    sums = await connection.fetch("SELECT sum(predictions) AS total FROM counts GROUP BY level")
    changes = await connection.fetchval("SELECT coalesce(sum(predictions), 0) FROM count_changes")
    return {int(row["total"] + changes) for row in sums} or {int(changes)}


@pytest.mark.parametrize("fold_before", [True, False], ids=["folded", "not folded"])
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
async def test_every_change_is_counted(connection, change, fold_before):
    await _insert(connection, 100)
    if fold_before:
        await fold_counts(connection)
    await connection.execute(change)
    assert await find_differences(connection) == 0
    await fold_counts(connection)
    assert await connection.fetchval("SELECT count(*) FROM count_changes") == 0
    assert await find_differences(connection) == 0
    assert await _count(connection) == {await connection.fetchval("SELECT count(*) FROM predictions")}


async def test_a_copy_of_many_rows_is_counted(connection):
    rows = [tuple(row.values()) for row in make_rows(300, seed=2)]
    await connection.copy_records_to_table("predictions", records=rows, columns=COLUMNS.split(", "))
    assert await find_differences(connection) == 0
    assert await _count(connection) == {300}


async def test_an_older_copy_of_the_service_is_counted(connection):
    for row in make_rows(30, seed=4):
        values = list(row.values())[:11]
        for _ in range(2):  # the second is a retry
            await connection.execute(OLD_INSERT, *values)
        await connection.execute(OLD_LABEL, row["id"], 3)
    assert await find_differences(connection) == 0
    assert await _count(connection) == {30}


async def test_a_wrong_count_is_found_and_a_rebuild_repairs_it(connection):
    await _insert(connection, 50)
    await fold_counts(connection)
    await connection.execute(
        "UPDATE counts SET predictions = predictions + 1 WHERE ctid = (SELECT min(ctid) FROM counts)"
    )
    assert await find_differences(connection) >= 1
    await rebuild_counts(connection)
    assert await find_differences(connection) == 0
    await connection.execute("ALTER TABLE predictions DISABLE TRIGGER count_delete")
    await connection.execute("DELETE FROM predictions WHERE digit = 3")
    await connection.execute("ALTER TABLE predictions ENABLE TRIGGER count_delete")
    assert await find_differences(connection) >= 1
    await rebuild_counts(connection)
    assert await find_differences(connection) == 0


async def test_changes_are_moved_in_batches_and_by_one_connection_at_a_time(connect, connection, monkeypatch):
    await _insert(connection, 20)
    other = await connect()
    async with other.transaction():
        await other.execute(f"SELECT pg_advisory_xact_lock({counts.FOLD_LOCK})")
        assert await fold_counts(connection) == 0
    before = await connection.fetchval("SELECT count(*) FROM count_changes")
    monkeypatch.setattr(counts, "FOLD", counts.FOLD.replace(f"LIMIT {counts.BATCH}", "LIMIT 7"))
    assert await fold_counts(connection) == 7
    assert await connection.fetchval("SELECT count(*) FROM count_changes") == before - 7
    assert await find_differences(connection) == 0


async def test_the_service_moves_the_changes(client, store, connection, monkeypatch):
    monkeypatch.setattr(count_folding, "EVERY_S", 0.01)
    await store(label=3)
    while await connection.fetchval("SELECT count(*) FROM count_changes"):  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    assert await _count(connection) == {1}
    assert await find_differences(connection) == 0


async def _write(connection, seed, goes_on):
    """Insert, label, change and delete at random, each turn in a transaction of its own, of which some roll back.

    `goes_on` says whether there is another turn, by its number.
    """
    chance, known = random.Random(seed), []
    for turn in takewhile(goes_on, count()):
        transaction = connection.transaction()
        await transaction.start()
        rows = [make_row(chance) for _ in range(chance.randrange(1, 4))]
        await connection.executemany(INSERT, [tuple(row.values()) for row in rows])
        if known:
            await connection.execute(OLD_LABEL, chance.choice(known), chance.randrange(11))
            await connection.execute("DELETE FROM predictions WHERE id = $1", chance.choice(known))
        if turn % 5 == 4:
            await transaction.rollback()
        else:
            await transaction.commit()
            known += [row["id"] for row in rows]


async def test_counts_are_exact_while_many_write_and_others_move_and_rebuild_them(connect):
    wrong, checks = 0, 0

    def goes_on(turn):
        return turn < 25 or checks <= 3

    writers = [asyncio.create_task(_write(await connect(), seed, goes_on)) for seed in range(8)]

    async def repeat(query):
        connection = await connect()
        while not all(writer.done() for writer in writers):
            await query(connection)

    async def check(connection):
        nonlocal wrong, checks
        wrong += await find_differences(connection)
        checks += 1

    await asyncio.gather(*writers, *map(repeat, (fold_counts, fold_counts, rebuild_counts, check)))
    connection = await connect()
    assert wrong == 0
    assert await find_differences(connection) == 0
    assert await _count(connection) == {await connection.fetchval("SELECT count(*) FROM predictions")}


async def _run_command(url, command):
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.storage.counts", command), env={"STORAGE_DATABASE_URL": url}
    )
    return await process.wait()


async def test_the_command_verifies_and_rebuilds(database_url, connection):
    await _insert(connection, 20)
    assert await _run_command(database_url, "verify") == 0
    await connection.execute("DELETE FROM count_changes")
    assert await _run_command(database_url, "verify") == 1
    assert await _run_command(database_url, "rebuild") == 0
    assert await _run_command(database_url, "verify") == 0
