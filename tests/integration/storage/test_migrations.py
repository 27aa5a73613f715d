"""Migrations up and down, several at once, and the constraints of the table."""

import asyncio
import os
import sys

import asyncpg
import pytest

from services.storage.migrate import downgrade, upgrade
from services.storage.schema import read_schema


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
            url, "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'predictions'::regclass"
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


async def test_one_step_down_removes_its_indexes_and_one_step_up_creates_them_again(empty_database_url):
    await asyncio.to_thread(upgrade, empty_database_url, "0001")
    first = await _read_relations(empty_database_url)
    await asyncio.to_thread(upgrade, empty_database_url, "0002")
    second = await _read_relations(empty_database_url)
    assert {str(index[0]).split()[2] for index in second[2]} - {str(index[0]).split()[2] for index in first[2]} == {
        "predictions_digit",
        "predictions_label",
        "predictions_unlabelled",
    }
    await asyncio.to_thread(downgrade, empty_database_url, "0001")
    assert await _read_relations(empty_database_url) == first
    await asyncio.to_thread(upgrade, empty_database_url, "0002")
    assert await _read_relations(empty_database_url) == second


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
