"""Old predictions are deleted by the settings, of one owner on demand, and counts and audit stay right."""

import asyncio
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from structlog.testing import capture_logs

from services.storage import retention
from services.storage.app import create_app
from services.storage.queries.retention import BATCH_ROWS
from services.storage.retain import find_owner

NOW = datetime.now(UTC)


@pytest.fixture
async def connection(database_url):
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


@pytest.fixture
def ages(store):
    """Return a function that stores a prediction of so many days ago for each age → their ids."""

    async def store_ages(*days, label=None):
        return [(await store(label=label, created_at=(NOW - timedelta(days=one)).isoformat()))["id"] for one in days]

    return store_ages


def _run(url, *arguments, **settings):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("STORAGE_")}
    command = [sys.executable, "-m", "services.storage.retain", *arguments]
    environment |= {"STORAGE_DATABASE_URL": url, **settings}
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout.strip()


async def _read_ids(connection):
    return {str(row["id"]) for row in await connection.fetch("SELECT id FROM predictions")}


async def test_labelled_and_unlabelled_predictions_have_their_own_age(client, ages, connection, database_url):
    unlabelled = await ages(1, 29, 31, 500)
    labelled = await ages(1, 31, 99, 101, label=3)
    settings = {"STORAGE_RETENTION_DAYS": "30", "STORAGE_LABELLED_RETENTION_DAYS": "100"}
    assert _run(database_url, **settings) == "Deleted: 3 predictions."
    assert await _read_ids(connection) == {*unlabelled[:2], *labelled[:3]}
    assert await connection.fetchval("SELECT count(*) FROM drawings") == 5
    assert (await client.get("/v1/statistics")).json()["overall"]["predictions"] == 5
    entries = [one for one in (await client.get("/v1/audit")).json()["entries"] if one["action"] == "retention"]
    assert sorted((one["who"], one["details"]["predictions"], one["details"]["labelled"]) for one in entries) == [
        ("command line", 1, True),
        ("command line", 2, False),
    ]


async def test_without_a_setting_everything_is_kept(ages, connection, database_url):
    kept = await ages(5000)
    assert _run(database_url).startswith("Everything is kept")
    assert await _read_ids(connection) == set(kept)


async def test_more_than_a_batch_is_deleted(connection, database_url, ages):
    (kept,) = await ages(1)
    await connection.execute(
        """
        INSERT INTO predictions (id, created_at, digit, confidence, probabilities, digit_score, model_name,
                                 model_version, source, drawing_sha256, media_type)
        SELECT gen_random_uuid(), now() - interval '40 days', 1, 1, array_fill(0::float8, ARRAY[10]), 1, 'cnn', '1',
               'api', drawing_sha256, media_type FROM predictions, generate_series(1, $1)
        """,
        2 * BATCH_ROWS + 1,
    )
    assert _run(database_url, STORAGE_RETENTION_DAYS="30") == f"Deleted: {2 * BATCH_ROWS + 1:,} predictions."
    assert await _read_ids(connection) == {kept}


async def test_the_service_applies_its_settings_by_itself(database_url, make_settings, ages, connection):
    new, _ = await ages(1, 31)
    app = create_app(make_settings(retention_days=30))
    async with app.router.lifespan_context(app), asyncio.timeout(60):
        while len(await _read_ids(connection)) > 1:
            pass
    assert await _read_ids(connection) == {new}


async def test_the_service_begins_again_soon_after_a_failure(empty_migrated_url, make_settings, monkeypatch):
    monkeypatch.setattr(retention, "AFTER_FAILURE_S", 0.01)
    connection = await asyncpg.connect(empty_migrated_url)
    await connection.execute("INSERT INTO deleted_predictions VALUES (gen_random_uuid(), '2020-01-01')")
    await connection.execute("ALTER TABLE deleted_predictions RENAME TO away")
    app = create_app(make_settings(database_url=empty_migrated_url))
    with capture_logs() as logs:
        async with app.router.lifespan_context(app), asyncio.timeout(60):
            while "retention_failed" not in [log["event"] for log in logs]:
                await connection.execute("SELECT pg_sleep(0.01)")
            await connection.execute("ALTER TABLE away RENAME TO deleted_predictions")
            while await connection.fetchval("SELECT count(*) FROM deleted_predictions"):
                pass
    await connection.close()


async def test_everything_of_a_token_is_deleted_and_nothing_of_others(install, make, connection, database_url):
    installation = await install()
    lab, other = [await installation.named(name, "read", "write") for name in ("lab", "other")]
    ids = {}
    for name, caller in (("lab", lab), ("other", other)):
        ids[name] = [make.id() for _ in range(3)]
        for one in ids[name]:
            assert (await caller.put(f"/v1/predictions/{one}", json=make.body())).status_code == 201
    assert _run(database_url, "--owner-of", "lab") == "Deleted: 3 predictions."
    assert await _read_ids(connection) == set(ids["other"])
    assert await connection.fetchval("SELECT DISTINCT owner FROM predictions") == find_owner("other")
