"""A backup while predictions are stored, and its way back: to another machine, and under a service that runs."""

import asyncio
import base64
import os
import stat
import subprocess
import sys
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import httpx
import pytest

from infra.backup.backup import CLOSE, create_backup, restore_backup
from infra.backup.embedded import open_embedded
from infra.local.error import LocalError
from infra.local.settings import LocalSettings
from services.storage.app import create_app
from services.storage.schema import read_schema
from services.storage.settings import Settings

PNG = b"\x89PNG\r\n\x1a\n"
OWNER, SERVICE = "slate_owner", "slate_service"
SYSTEM = {"postgres", "template0", "template1"}
CONTENT = """
SELECT predictions.id::text, digit, confidence, label, encode(sha256(content), 'hex') AS drawing
FROM predictions LEFT JOIN drawings ON sha256 = drawing_sha256 ORDER BY predictions.id
"""


def _open(data_dir: Path):
    return open_embedded(LocalSettings(SLATE_DATA_DIR=data_dir), say=lambda line: None)


async def _read(server):
    connection = await asyncpg.connect(server.url("slate", "postgres"))
    try:
        return {row["id"]: tuple(row) for row in await connection.fetch(CONTENT)}
    finally:
        await connection.close()


@asynccontextmanager
async def _serve(server):
    app = create_app(Settings(database_url=server.url("slate", SERVICE), token="token"))
    async with app.router.lifespan_context(app):
        headers = {"Authorization": "Bearer token"}
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://localhost", headers=headers
        ) as client:
            yield client


class Writers:
    """Store, label and delete predictions one after another, until they are stopped."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.acknowledged: list[str] = []
        self.statuses: set[int] = set()
        self._client = client
        self._stopping = False

    async def write(self, first: int) -> None:
        number = first
        while not self._stopping:
            path = f"/v1/predictions/{number:032x}"
            body = {
                "digit": number % 10,
                "confidence": 0.1,
                "probabilities": [0.1] * 10,
                "digit_score": 1.0,
                "model": {"name": "cnn", "version": "1"},
                "drawing": base64.b64encode(PNG + bytes([number % 200]) * 3000).decode(),
            }
            answer = await self._client.put(path, json=body)
            self.statuses.add(answer.status_code)
            if answer.status_code in (200, 201):
                self.acknowledged.append(answer.json()["id"])
                self.statuses.add((await self._client.put(f"{path}/label", json={"digit": 3})).status_code)
            number += 4

    async def wait_for(self, count: int) -> None:
        while len(self.acknowledged) < count:  # noqa: ASYNC110
            await asyncio.sleep(0.01)

    def stop(self) -> None:
        self._stopping = True


async def test_a_backup_during_writing_brings_every_acknowledged_prediction_to_another_machine(tmp_path):
    file = tmp_path / "slate.backup"
    async with _open(tmp_path / "first") as server:
        await server.migrate("slate", OWNER)
        async with _serve(server) as client, asyncio.TaskGroup() as group:
            writers = Writers(client)
            for number in range(1, 5):
                group.create_task(writers.write(number))
            await writers.wait_for(100)
            before = list(writers.acknowledged)
            await create_backup(server, file)
            writers.stop()
        original = await _read(server)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    async with _open(tmp_path / "second") as server:
        await server.migrate("slate", OWNER)
        await restore_backup(server, file)
        restored = await _read(server)
        async with _serve(server) as client:
            drawing = (await client.get(f"/v1/predictions/{before[0]}/drawing")).content
            assert (await client.get("/readyz")).json() == {"status": "ready", "schema": read_schema().head}
            stored = len(restored)
            assert (await client.get("/v1/statistics")).json()["overall"]["predictions"] == stored
    assert writers.statuses == {200, 201}
    assert set(before) <= set(restored) <= set(original)
    assert all(row[4] for row in restored.values())
    assert {one: row[:3] for one, row in restored.items()} == {one: original[one][:3] for one in restored}
    assert drawing.startswith(PNG)


async def test_a_restore_under_a_running_service_replaces_everything_and_the_service_goes_on(tmp_path):
    file = tmp_path / "slate.backup"
    async with _open(tmp_path / "data") as server:
        await server.migrate("slate", OWNER)
        async with _serve(server) as client, asyncio.TaskGroup() as group:
            writers = Writers(client)
            writing = [group.create_task(writers.write(1))]
            await writers.wait_for(20)
            writers.stop()
            await asyncio.gather(*writing)
            kept = await _read(server)
            await create_backup(server, file)
            late = Writers(client)
            group.create_task(late.write(2))
            await late.wait_for(20)
            await restore_backup(server, file)
            since = len(late.acknowledged)
            await late.wait_for(since + 5)
            late.stop()
        now = await _read(server)
    assert {one: now.get(one) for one in kept} == kept
    assert late.acknowledged[0] not in now
    assert late.acknowledged[-1] in now
    assert late.statuses <= {200, 201, 404, 503}


async def test_a_restore_that_fails_changes_nothing(tmp_path):
    file = tmp_path / "broken"
    file.write_bytes(b"PGDMP, but no more")
    async with _open(tmp_path / "data") as server:
        await server.migrate("slate", OWNER)
        with pytest.raises(LocalError, match="pg_restore failed"):
            await restore_backup(server, file)
        assert await _read(server) == {}
        assert (await _list_databases(server)).keys() == {"slate"}


class Breaking:
    """A server on which the exchange of the databases never happens."""

    def __init__(self, server, error) -> None:
        self._server = server
        self._error = error
        self.migrate = server.migrate

    async def run(self, program, *arguments, stdin=None, stdout):
        if "RENAME" in arguments[-1]:
            raise self._error
        await self._server.run(program, *arguments, stdin=stdin, stdout=stdout)


@pytest.mark.parametrize("error", [asyncio.CancelledError(), OSError(), LocalError()], ids=repr)
async def test_a_restore_that_ends_before_the_exchange_leaves_both_databases_open_as_they_were(tmp_path, error):
    file = tmp_path / "slate.backup"
    async with _open(tmp_path / "data") as server:
        await server.migrate("slate", OWNER)
        await create_backup(server, file)
        await restore_backup(server, file)
        before = await _list_databases(server)
        with pytest.raises(type(error)):
            await restore_backup(Breaking(server, error), file)
        assert await _list_databases(server) == before
        async with _serve(server) as client:
            assert (await client.get("/readyz")).status_code == 200
        await restore_backup(server, file)
        after = await _list_databases(server)
    assert before.keys() == after.keys() == {"slate", "slate_before_restore"}
    assert after["slate_before_restore"] == before["slate"]


async def test_the_next_start_opens_a_database_that_a_killed_restore_left_closed(tmp_path):
    async with _open(tmp_path / "data") as server:
        await server.migrate("slate", OWNER)
        connection = await asyncpg.connect(server.url("slate", "postgres"))
        await connection.execute(CLOSE)
        await connection.close()
        with pytest.raises(asyncpg.TooManyConnectionsError):
            await asyncpg.connect(server.url("slate", SERVICE))
    async with _open(tmp_path / "data") as server, _serve(server) as client:
        assert (await client.get("/readyz")).status_code == 200


async def test_a_backup_never_replaces_a_file(tmp_path):
    file = tmp_path / "slate.backup"
    file.write_text("precious")
    async with _open(tmp_path / "data") as server:
        with pytest.raises(LocalError, match="already exists"):
            await create_backup(server, file)
    assert file.read_text() == "precious"


async def test_the_database_from_before_a_restore_can_be_dropped(tmp_path):
    file = tmp_path / "slate.backup"
    async with _open(tmp_path / "data") as server:
        await server.migrate("slate", OWNER)
        await create_backup(server, file)
        await restore_backup(server, file)
        assert (await _list_databases(server)).keys() == {"slate", "slate_before_restore"}
    for _ in range(2):  # the second time there is nothing to drop
        assert _command(tmp_path / "data", "drop-old").returncode == 0
    async with _open(tmp_path / "data") as server:
        assert (await _list_databases(server)).keys() == {"slate"}


async def _list_databases(server):
    """Return the number of each database by its name."""
    connection = await asyncpg.connect(server.url("slate", "postgres"))
    try:
        rows = await connection.fetch("SELECT datname, oid FROM pg_database")
        return {name: number for name, number in rows if name not in SYSTEM}
    finally:
        await connection.close()


def _command(data_dir, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "infra.backup", *map(str, arguments)],
        env=os.environ | {"SLATE_DATA_DIR": str(data_dir)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_says_why_it_cannot_restore(tmp_path):
    said = _command(tmp_path / "data", "restore", tmp_path / "missing")
    assert (said.returncode, said.stdout.splitlines()[-1]) == (1, f"There is no file {tmp_path / 'missing'}.")


@pytest.mark.parametrize("exists", [False, True], ids=["no folder", "an empty folder"])
def test_nothing_is_backed_up_where_there_is_no_database(tmp_path, exists):
    data, file = tmp_path / "data", tmp_path / "slate.backup"
    if exists:
        data.mkdir()
    said = _command(data, "create", file)
    assert said.returncode == 1
    assert said.stdout.startswith(f"{data} has no database of `make run`.")
    assert not file.exists()
    assert data.exists() == exists
