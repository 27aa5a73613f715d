"""Migrations up and down, several at once, and the constraints of the table."""

import asyncio
import os
import sys

import asyncpg
import pytest

from services.storage.migrate import downgrade, upgrade
from services.storage.queries.counting import read_totals
from services.storage.queries.counts import find_differences
from services.storage.schema import read_schema
from shared.contracts.storage import HistoryFilters
from tests.integration.storage.rows import COLUMNS, make_rows


async def _fetch(url, statement):
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetch(statement)
    finally:
        await connection.close()


async def _read_tables(url):
    return {row[0] for row in await _fetch(url, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}


async def _read_relations(url):
    """Read every column, constraint and index of the table as PostgreSQL describes them."""
    columns = "SELECT attname, format_type(atttypid, atttypmod), attnotnull, attstorage FROM pg_attribute"
    present = "attnum > 0 AND NOT attisdropped"  # PostgreSQL keeps a dropped column in its catalogue
    return [
        await _fetch(url, f"{columns} WHERE attrelid = 'predictions'::regclass AND {present} ORDER BY attnum"),
        await _fetch(
            url,
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'predictions'::regclass ORDER BY 1",
        ),
        await _fetch(url, "SELECT indexdef FROM pg_indexes WHERE tablename = 'predictions' ORDER BY indexname"),
    ]


async def test_up_creates_the_table_and_down_removes_it(empty_database_url):
    await asyncio.to_thread(upgrade, empty_database_url)
    assert {"alembic_version", "predictions", "counts", "count_changes"} <= await _read_tables(empty_database_url)
    await asyncio.to_thread(downgrade, empty_database_url, "base")
    assert await _read_tables(empty_database_url) == {"alembic_version"}


async def test_up_after_down_creates_the_same_schema(empty_database_url):
    await asyncio.to_thread(upgrade, empty_database_url)
    before = await _read_relations(empty_database_url)
    await asyncio.to_thread(downgrade, empty_database_url, "base")
    await asyncio.to_thread(upgrade, empty_database_url)
    assert await _read_relations(empty_database_url) == before


@pytest.mark.parametrize(("before", "after"), [("0001", "0002"), ("0002", "0003"), ("0004", "0005"), ("0005", "0006")])
async def test_one_step_down_and_one_step_up_end_where_they_began(empty_database_url, before, after):
    relations = []
    for migrate, revision in [(upgrade, before), (upgrade, after), (downgrade, before), (upgrade, after)]:
        await asyncio.to_thread(migrate, empty_database_url, revision)
        relations.append(await _read_relations(empty_database_url))
    assert relations[0] == relations[2] != relations[1] == relations[3]


async def test_the_counts_of_rows_that_were_there_before_are_right(empty_database_url):
    await asyncio.to_thread(upgrade, empty_database_url, "0002")
    await _store(empty_database_url, 50)
    await asyncio.to_thread(upgrade, empty_database_url, "0003")
    await _check_counts(empty_database_url, 50)


async def test_a_migration_that_was_killed_goes_on_from_where_it_was(empty_database_url):
    await asyncio.to_thread(upgrade, empty_database_url, "0003")
    await _store(empty_database_url, 50)
    await _fetch(empty_database_url, "DROP INDEX predictions_time")
    await _fetch(empty_database_url, "CREATE INDEX predictions_history ON predictions (created_at)")
    await _fetch(
        empty_database_url,
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'predictions_outcome_digit'::regclass",
    )
    await _fetch(empty_database_url, "UPDATE counts SET predictions = 7")
    await _fetch(empty_database_url, "UPDATE alembic_version SET version_num = '0002'")
    await asyncio.to_thread(upgrade, empty_database_url, "0003")
    names = {
        row[0]
        for row in await _fetch(
            empty_database_url, "SELECT relname FROM pg_index JOIN pg_class ON oid = indexrelid WHERE indisvalid"
        )
    }
    assert {"predictions_time", "predictions_outcome_digit"} <= names
    assert "predictions_history" not in names
    await _check_counts(empty_database_url, 50)


async def test_the_table_is_changed_as_soon_as_no_statement_uses_it(empty_database_url):
    await asyncio.to_thread(upgrade, empty_database_url, "0002")
    connection = await asyncpg.connect(empty_database_url)
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute("SELECT count(*) FROM predictions")
    migrating = asyncio.create_task(asyncio.to_thread(upgrade, empty_database_url, "0003"))
    refused = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%lock_timeout%ALTER TABLE%' AND state = 'idle'"
    while not (await _fetch(empty_database_url, refused))[0][0]:
        assert not migrating.done()
        await asyncio.sleep(0.01)
    await transaction.rollback()
    await connection.close()
    await migrating


async def _store(url, number):
    connection = await asyncpg.connect(url)
    rows = [tuple(row.values())[:-2] for row in make_rows(number, seed=5)]
    rows = [(*row[:11], None if row[11] == 10 else row[11], None if row[11] == 10 else row[12]) for row in rows]
    await connection.copy_records_to_table("predictions", records=rows, columns=COLUMNS.split(", ")[:-2])
    await connection.close()


async def _check_counts(url, number):
    connection = await asyncpg.connect(url)
    assert await find_differences(connection) == 0
    assert (await read_totals(connection, HistoryFilters())).predictions == number
    await connection.close()


async def test_up_twice_is_harmless(empty_database_url):
    for _ in range(2):
        await asyncio.to_thread(upgrade, empty_database_url)
    assert [row[0] for row in await _fetch(empty_database_url, "SELECT * FROM alembic_version")] == [read_schema().head]


async def _run_migrate(url):
    """Run `python -m services.storage.migrate` in its own process, with the address as its only setting."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("STORAGE_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.storage.migrate", env=environment | {"STORAGE_DATABASE_URL": url}
    )
    return await process.wait()


async def test_four_migrations_at_once_all_succeed(empty_database_url):
    assert await asyncio.gather(*(_run_migrate(empty_database_url) for _ in range(4))) == [0] * 4
    assert "predictions" in await _read_tables(empty_database_url)


BAD_ROWS = {
    "digit": "digit = 10",
    "probabilities": "probabilities = '{}'",
    "confidence": "confidence = 'NaN'",
    "label without its time": "label = 3",
    "time without a label": "labelled_at = now()",
    "label": "label = 11, labelled_at = now()",
    "source": "source = 'fax'",
    "media type": "media_type = 'text/html'",
}


@pytest.mark.parametrize("change", BAD_ROWS.values(), ids=BAD_ROWS)
async def test_the_table_refuses_a_bad_row(database_url, store, change):
    await store()
    with pytest.raises(asyncpg.CheckViolationError):
        await _fetch(database_url, f"UPDATE predictions SET {change}")
