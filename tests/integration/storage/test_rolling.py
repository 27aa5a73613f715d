"""A newer version of Slate migrates the database while copies of this version serve it.

The newer version is a copy of this one in a folder of its own (tests/newer_version.py).
"""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from services.storage.migrate import upgrade
from services.storage.schema import NewerSchemaError, read_schema
from tests.newer_version import write_newer_version


@pytest.fixture
def migrate_further(tmp_path: Path):
    """Return a function that migrates with the newer version, whose migration makes a promise to older code or none."""

    def migrate_further(url: str, promise: str) -> None:
        write_newer_version(tmp_path, read_schema().head, promise)
        environment = os.environ | {"STORAGE_DATABASE_URL": url, "PYTHONPATH": str(tmp_path)}
        command = (sys.executable, "-m", "services.storage.migrate")
        subprocess.run(command, cwd=tmp_path, env=environment, check=True)

    return migrate_further


async def test_a_copy_stays_ready_and_stores_after_a_migration_that_it_works_with(
    open_client, empty_database_url, migrate_further, make
):
    await asyncio.to_thread(upgrade, empty_database_url)
    async with open_client(empty_database_url) as client:
        await asyncio.to_thread(migrate_further, empty_database_url, f'oldest_code = "{read_schema().head}"')
        answer = await client.get("/readyz")
        assert (answer.status_code, answer.json()["schema"]) == (200, "9999")
        assert (await client.put(f"/v1/predictions/{make.id()}", json=make.body())).status_code == 201


async def test_a_copy_that_starts_after_such_a_migration_has_nothing_to_migrate(empty_database_url, migrate_further):
    await asyncio.to_thread(upgrade, empty_database_url)
    await asyncio.to_thread(migrate_further, empty_database_url, f'oldest_code = "{read_schema().head}"')
    command = (sys.executable, "-m", "services.storage.migrate")
    environment = os.environ | {"STORAGE_DATABASE_URL": empty_database_url}
    logs = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)  # noqa: ASYNC221
    assert "schema_is_newer_but_works" in logs.stdout + logs.stderr
    assert "schema_migrated" not in logs.stdout + logs.stderr


@pytest.mark.parametrize("promise", ["", 'oldest_code = "9998"'])
async def test_a_copy_is_not_ready_after_a_migration_that_promises_it_nothing(
    open_client, empty_database_url, migrate_further, promise
):
    await asyncio.to_thread(upgrade, empty_database_url)
    async with open_client(empty_database_url) as client:
        await asyncio.to_thread(migrate_further, empty_database_url, promise)
        answer = await client.get("/readyz")
        assert (answer.status_code, answer.json()["code"]) == (503, "not_ready")
        assert "This version of Slate is older than the database" in answer.json()["detail"]
    with pytest.raises(NewerSchemaError, match="Start the version that made this schema"):
        await asyncio.to_thread(upgrade, empty_database_url)
