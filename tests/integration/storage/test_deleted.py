"""What was deleted stays deleted, also if a request that stores it takes effect late, and its id is forgotten later."""

import asyncio
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import asyncpg
import pytest

from services.storage.access.caller import INSTALLATION
from services.storage.queries.deleted import REMEMBERED_S, forget_deleted
from services.storage.queries.mine import delete_batch
from services.storage.queries.predictions import DeletedBeforeError, delete_prediction, store_prediction
from shared.contracts.storage import PredictionToStore
from tests.faults.link import running_links

OWNER = UUID(int=7)
NOT_YET_S = 0.3  # long enough for a statement that would not wait


@pytest.fixture
async def connections(database_url):
    """Two connections."""
    opened = [await asyncpg.connect(database_url) for _ in range(2)]
    yield opened
    for each in opened:
        await each.close()


@pytest.fixture
def prediction(make):
    """An id, and what `store_prediction` takes for it."""
    return UUID(make.id()), PredictionToStore.model_validate(make.body()), "image/png", OWNER


async def _store(connection, prediction):
    return (await store_prediction(connection, *prediction)).created


async def _delete(connection, prediction):
    return await delete_prediction(connection, prediction[0], False, None, INSTALLATION)


async def _read_ids(connection):
    return {row["id"] for row in await connection.fetch("SELECT id FROM predictions")}


async def test_a_request_that_a_silent_network_delivers_after_the_deletion_stores_nothing(
    client, open_client, make, database_url
):
    parts = urlsplit(database_url)
    ids = [make.id() for _ in range(5)]
    bodies = {one: make.body() for one in ids}
    with running_links() as make_link:
        link = make_link(Path(parse_qs(parts.query)["host"][0]) / ".s.PGSQL.5432")
        url = f"postgresql://{parts.username}@127.0.0.1:{link.port}{parts.path}"
        async with open_client(url) as behind_link:
            others = [behind_link.put(f"/v1/predictions/{make.id()}", json=make.body()) for _ in ids]
            assert {answer.status_code for answer in await asyncio.gather(*others)} == {201}  # all are connected
            with link.silent():
                first = [behind_link.put(f"/v1/predictions/{one}", json=bodies[one]) for one in ids]
                assert {answer.status_code for answer in await asyncio.gather(*first)} == {503}
                for one in ids:
                    assert (await client.put(f"/v1/predictions/{one}", json=bodies[one])).status_code == 201
                    assert (await client.delete(f"/v1/predictions/{one}")).status_code == 204
            await asyncio.sleep(1)  # until PostgreSQL has executed what was on its way
            found = [(await client.get(f"/v1/predictions/{one}")).status_code for one in ids]
    assert found == [404] * len(ids)


@pytest.mark.parametrize("was_stored", [True, False])
async def test_an_id_that_was_deleted_is_refused(client, make, was_stored):
    path, body = f"/v1/predictions/{make.id()}", make.body()
    if was_stored:
        await client.put(path, json=body)
    await client.delete(path)
    answer = await client.put(path, json=body)
    assert (answer.status_code, answer.json()["code"]) == (410, "deleted")
    assert (await client.get(path)).status_code == 404


async def test_a_refused_prediction_leaves_no_drawing_and_no_count(client, make, connections):
    path = f"/v1/predictions/{make.id()}"
    await client.delete(path)
    await client.put(path, json=make.body())
    assert await connections[0].fetchval("SELECT count(*) FROM drawings") == 0
    assert (await client.get("/v1/totals")).json()["predictions"] == 0


async def test_a_prediction_that_is_kept_because_of_its_label_is_not_refused(client, make):
    path, body = f"/v1/predictions/{make.id()}", make.body()
    await client.put(path, json=body)
    await client.put(f"{path}/label", json={"digit": 4})
    await client.delete(path, params={"unlabelled_only": True})
    assert (await client.put(path, json=body)).status_code == 200


async def test_nobody_makes_the_id_of_another_owner_refused(install, make, connections):
    installation = await install()
    visitor, other = await installation.visitor(), await installation.visitor()
    path, body = f"/v1/predictions/{make.id()}", make.body()
    await visitor.put(path, json=body)
    assert (await other.delete(path)).status_code == 204
    assert (await visitor.put(path, json=body)).status_code == 200
    assert await connections[0].fetchval("SELECT count(*) FROM deleted_predictions") == 0


async def test_a_prediction_that_is_stored_during_the_deletion_of_another_copy_is_refused(connections, prediction):
    storing, deleting = connections
    await _store(storing, prediction)
    async with deleting.transaction():
        assert await _delete(deleting, prediction)
        again = asyncio.create_task(_store(storing, prediction))
        assert not (await asyncio.wait([again], timeout=NOT_YET_S))[0]
    with pytest.raises(DeletedBeforeError):
        await again


async def test_a_deletion_waits_for_a_prediction_that_is_being_stored(connections, prediction):
    storing, deleting = connections
    async with storing.transaction():
        assert await _store(storing, prediction)
        deletion = asyncio.create_task(_delete(deleting, prediction))
        assert not (await asyncio.wait([deletion], timeout=NOT_YET_S))[0]
    assert await deletion
    assert await _read_ids(storing) == set()
    with pytest.raises(DeletedBeforeError):
        await _store(storing, prediction)


async def test_everything_of_an_owner_stays_deleted(connections, prediction):
    storing, deleting = connections
    await _store(storing, prediction)
    async with deleting.transaction():
        assert await delete_batch(deleting, OWNER, "a test") == 1
        again = asyncio.create_task(_store(storing, prediction))
        assert not (await asyncio.wait([again], timeout=NOT_YET_S))[0]
    with pytest.raises(DeletedBeforeError):
        await again


async def test_an_import_brings_a_deleted_prediction_back(client, store):
    path = f"/v1/predictions/{(await store(label=4))['id']}"
    exported = (await client.get("/v1/export")).json()
    await client.delete(path)
    answer = await client.post("/v1/import", json={"predictions": [exported]})
    assert answer.json() == {"stored": 1, "existing": 0}
    assert (await client.get(path)).json()["label"] == 4


async def test_an_id_is_forgotten_after_a_day(connections, prediction):
    connection = connections[0]
    await _delete(connection, prediction)
    assert not await forget_deleted(connection, REMEMBERED_S)
    await connection.execute("UPDATE deleted_predictions SET deleted_at = deleted_at - make_interval(secs => 86401)")
    assert await forget_deleted(connection, REMEMBERED_S)
    assert await _store(connection, prediction)


async def test_the_service_forgets_by_itself(connections, prediction, open_client, database_url):
    connection = connections[0]
    await _delete(connection, prediction)
    await connection.execute("UPDATE deleted_predictions SET deleted_at = deleted_at - make_interval(secs => 86401)")
    async with open_client(database_url), asyncio.timeout(30):
        while await connection.fetchval("SELECT count(*) FROM deleted_predictions"):
            pass
