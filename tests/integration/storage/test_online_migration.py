"""The migration to drawings by content, up and down, with rows in the table and while others write."""

import asyncio
import base64

import asyncpg
import pytest

from services.storage.migrate import downgrade, upgrade

PNG = b"\x89PNG\r\n\x1a\n"
BEFORE = "0004"

# What the service before the migration runs for each prediction. $1 id, $2 drawing
INSERT_BEFORE = """
INSERT INTO predictions (id, created_at, digit, confidence, probabilities, digit_score, model_name, model_version,
                         source, drawing, media_type)
VALUES ($1, clock_timestamp(), 1, 1, array_fill(0::double precision, ARRAY[10]), 1, 'cnn', '1', 'api', $2, 'image/png')
"""


class OldCopy:
    """Stores predictions as the version before did, until it is stopped. `stored` are their drawings by id."""

    def __init__(self, connection: asyncpg.Connection, make) -> None:
        self.stored: dict[str, bytes] = {}
        self._connection = connection
        self._make = make
        self._stopping = False

    async def store(self, count: int) -> None:
        for _ in range(count):
            prediction_id = self._make.id()
            drawing = PNG + bytes([len(self.stored) % 7])  # few different ones
            await self._connection.execute(INSERT_BEFORE, prediction_id, drawing)
            self.stored[prediction_id] = drawing

    async def keep_storing(self) -> None:
        while not self._stopping:
            await self.store(1)

    def stop(self) -> None:
        self._stopping = True


@pytest.fixture
async def url_before(empty_database_url):
    await asyncio.to_thread(upgrade, empty_database_url, BEFORE)
    return empty_database_url


@pytest.fixture
async def connection(url_before):
    connection = await asyncpg.connect(url_before)
    yield connection
    await connection.close()


@pytest.fixture
async def old_copy(url_before, make):
    connection = await asyncpg.connect(url_before)
    yield OldCopy(connection, make)
    await connection.close()


async def _wait_until_moved(connection):
    async with asyncio.timeout(60):
        while await connection.fetchval("SELECT count(*) FROM predictions WHERE drawing IS NOT NULL"):  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def _read_drawings(client, ids):
    return {one: (await client.get(f"/v1/predictions/{one}/drawing")).content for one in ids}


async def test_old_copies_store_during_the_migration_and_the_service_moves_every_drawing(
    open_client, url_before, connection, old_copy
):
    await old_copy.store(1200)
    async with asyncio.TaskGroup() as group:  # fails if one insert fails
        group.create_task(old_copy.keep_storing())
        await asyncio.to_thread(upgrade, url_before)
        old_copy.stop()
    async with open_client(url_before) as client:
        await _wait_until_moved(connection)
        some = list(old_copy.stored)[::50]
        assert await _read_drawings(client, some) == {one: old_copy.stored[one] for one in some}
    assert await connection.fetchval("SELECT count(*) FROM predictions") == len(old_copy.stored)
    assert await connection.fetchval("SELECT count(*) FROM drawings") == 7


async def test_a_drawing_can_be_read_before_it_was_moved(open_client, url_before, connection, old_copy):
    await old_copy.store(1)
    await asyncio.to_thread(upgrade, url_before)
    (prediction_id,) = old_copy.stored
    held = connection.transaction()  # a row that somebody changes is not moved
    await held.start()
    await connection.execute("SELECT FROM predictions FOR UPDATE")
    async with open_client(url_before) as client:
        drawing = await client.get(f"/v1/predictions/{prediction_id}/drawing")
        assert drawing.content == old_copy.stored[prediction_id]
        await held.rollback()
        await _wait_until_moved(connection)
        moved = await client.get(f"/v1/predictions/{prediction_id}/drawing")
        assert (moved.content, moved.headers["etag"]) == (drawing.content, drawing.headers["etag"])


async def test_the_way_back_keeps_every_drawing_although_a_copy_still_stores(
    open_client, url_before, connection, old_copy, make
):
    await old_copy.store(600)
    await asyncio.to_thread(upgrade, url_before)
    acknowledged = dict(old_copy.stored)
    statuses = set()
    stopping = asyncio.Event()

    async def keep_storing(client):
        while not stopping.is_set():
            prediction_id, drawing = make.id(), make.drawing()
            body = make.body(drawing=base64.b64encode(drawing).decode())
            answer = await client.put(f"/v1/predictions/{prediction_id}", json=body)
            statuses.add(answer.status_code)
            if answer.status_code == 201:
                acknowledged[prediction_id] = drawing

    async with open_client(url_before) as client:
        await _wait_until_moved(connection)
        async with asyncio.TaskGroup() as group:
            group.create_task(keep_storing(client))
            while len(acknowledged) < 620:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            await asyncio.to_thread(downgrade, url_before, BEFORE)
            stopping.set()
    rows = await connection.fetch("SELECT id, drawing FROM predictions")
    kept = {str(row["id"]): row["drawing"] for row in rows}
    assert {one: kept.get(one) for one in acknowledged} == acknowledged
    assert statuses <= {201, 503}
    await asyncio.to_thread(upgrade, url_before)


async def test_a_migration_that_waits_for_a_long_query_lets_others_go_first(url_before, connection, old_copy):
    reading = connection.transaction()
    await reading.start()
    await connection.execute("LOCK TABLE predictions IN ACCESS SHARE MODE")  # as a backup does
    migrating = asyncio.create_task(asyncio.to_thread(upgrade, url_before))
    async with asyncio.timeout(60):
        waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND mode = 'AccessExclusiveLock'"
        while not await connection.fetchval(waiting):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        await old_copy.store(20)
    assert not migrating.done()
    await reading.rollback()
    await migrating
