"""A drawing is stored once, however many predictions have it, and goes with the last of them."""

import asyncio
import base64

import asyncpg
import pytest

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
async def connection(database_url):
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


async def _store(client, make, drawing: bytes, **changes) -> str:
    path = f"/v1/predictions/{make.id()}"
    answer = await client.put(path, json=make.body(drawing=base64.b64encode(drawing).decode(), **changes))
    assert answer.status_code == 201, answer.text
    return path


def _count(connection):
    return connection.fetchval("SELECT count(*) FROM drawings")


async def test_the_same_drawing_of_two_predictions_is_stored_once(client, make, connection):
    paths = [await _store(client, make, PNG + b"same") for _ in range(2)]
    assert await _count(connection) == 1
    assert [(await client.get(f"{path}/drawing")).content for path in paths] == [PNG + b"same"] * 2


async def test_a_drawing_is_deleted_with_the_last_prediction_that_has_it(client, make, connection):
    first, second = [await _store(client, make, PNG + b"same") for _ in range(2)]
    await client.delete(first)
    assert (await client.get(f"{second}/drawing")).content == PNG + b"same"
    await client.delete(second)
    assert await _count(connection) == 0


async def test_a_refused_prediction_leaves_no_drawing(client, make, connection):
    path = await _store(client, make, PNG + b"first")
    body = make.body(drawing=base64.b64encode(PNG + b"second").decode())
    assert (await client.put(path, json=body)).status_code == 409
    assert await _count(connection) == 1


async def test_deleting_many_predictions_at_once_deletes_their_drawings(client, make, connection):
    for number in range(20):
        await _store(client, make, PNG + bytes([number % 10]), digit=number % 2)
    await connection.execute("DELETE FROM predictions WHERE digit = 0")
    assert await _count(connection) == 5
    await connection.execute("DELETE FROM predictions")
    assert await _count(connection) == 0


async def test_predictions_of_one_drawing_come_and_go_at_once_and_none_lacks_it(client, make, connection):
    """Every prediction that was stored has its drawing, and at the end no drawing is left over."""
    drawings = [PNG + b"one", PNG + b"two"]

    async def come_and_go(turn: int) -> None:
        for step in range(12):
            path = await _store(client, make, drawings[(turn + step) % 2])
            assert (await client.get(f"{path}/drawing")).content == drawings[(turn + step) % 2]
            assert (await client.delete(path)).status_code == 204

    await asyncio.gather(*(come_and_go(turn) for turn in range(6)))
    assert await _count(connection) == 0


async def test_a_prediction_stored_while_the_last_other_one_is_deleted_keeps_the_drawing(client, make, connection):
    """The delete is held open after it removed the drawing, so the insert must wait and bring the drawing again."""
    path = await _store(client, make, PNG + b"same")
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute("DELETE FROM predictions WHERE id = $1", path[-36:])
    storing = asyncio.create_task(_store(client, make, PNG + b"same"))
    while not await connection.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    await transaction.commit()
    assert (await client.get(f"{await storing}/drawing")).content == PNG + b"same"
    assert await _count(connection) == 1
