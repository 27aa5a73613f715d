"""DELETE /v1/mine deletes everything of the caller and nothing of anybody else."""

from services.storage.lanes import ROWS
from services.storage.queries.mine import BATCH_ROWS


async def store_labelled(caller, make, number: int) -> None:
    for _ in range(number):
        path = f"/v1/predictions/{make.id()}"
        assert (await caller.put(path, json=make.body())).status_code == 201
        assert (await caller.put(f"{path}/label", json={"digit": 3})).status_code == 200


async def read_rows(installation, query: str) -> list[tuple[object, ...]]:
    async def read(connection) -> list[tuple[object, ...]]:
        return [tuple(record) for record in await connection.fetch(query)]

    rows: list[tuple[object, ...]] = await installation.app.state.database.run(ROWS, read)
    return rows


async def test_everything_of_the_caller_goes_and_everything_of_others_stays(install, make):
    installation = await install(visitors_see="history")
    leaving, staying = await installation.visitor(), await installation.visitor()
    await store_labelled(leaving, make, 3)
    await store_labelled(staying, make, 2)
    [kept, *_] = (await staying.get("/v1/predictions?mine=true")).json()["predictions"]
    await leaving.put(f"/v1/predictions/{kept['id']}/label", json={"digit": 9})
    assert (await leaving.delete("/v1/mine")).json() == {"predictions": 3}
    assert (await leaving.get("/v1/prediction-count?mine=true")).json()["predictions"] == 0
    assert (await staying.get("/v1/prediction-count?mine=true")).json()["predictions"] == 2
    assert await read_rows(installation, "SELECT count(*), count(DISTINCT prediction_id) FROM label_history") == [
        (2, 2)
    ]


async def test_more_than_one_batch_is_deleted_and_the_audit_adds_up(install, make):
    installation = await install()
    visitor = await installation.visitor()
    await store_labelled(visitor, make, 1)
    copies = f"""
        INSERT INTO predictions SELECT (p).* FROM (
            SELECT jsonb_populate_record(p, jsonb_build_object('id', gen_random_uuid())) AS p
            FROM predictions p, generate_series(1, {BATCH_ROWS + 20})
        ) AS copies RETURNING 1
    """
    assert len(await read_rows(installation, copies)) == BATCH_ROWS + 20
    assert (await visitor.delete("/v1/mine")).json() == {"predictions": BATCH_ROWS + 21}
    noted = await read_rows(installation, "SELECT action, (details->>'predictions')::int FROM audit ORDER BY id")
    assert noted == [("delete_mine", BATCH_ROWS), ("delete_mine", 21)]


async def test_nothing_to_delete_is_no_error_and_no_entry(install):
    installation = await install()
    assert (await (await installation.visitor()).delete("/v1/mine")).json() == {"predictions": 0}
    assert await read_rows(installation, "SELECT * FROM audit") == []


async def test_the_installation_cannot_delete_what_belongs_to_nobody_at_once(install, make):
    installation = await install()
    owner = await installation.owner()
    await store_labelled(owner, make, 2)
    assert (await owner.delete("/v1/mine")).status_code == 403
    assert (await owner.get("/v1/prediction-count")).json()["predictions"] == 2
