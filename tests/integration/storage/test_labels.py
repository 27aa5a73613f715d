"""PUT and DELETE of a label, and the stream of labelled drawings."""

import base64
import json

from services.storage import labelled_stream
from services.storage.queries.labels import HISTORY, MOST_CHANGES


async def test_a_label_is_set_with_its_time(client, store):
    stored = await store(digit=3)
    labelled = (await client.put(f"/v1/predictions/{stored['id']}/label", json={"digit": 8})).json()
    assert labelled["labelled_at"] is not None
    assert labelled == stored | {"label": 8, "labelled_at": labelled["labelled_at"]}


async def test_the_same_label_again_keeps_its_time(client, store):
    stored = await store(label=8)
    assert (await client.put(f"/v1/predictions/{stored['id']}/label", json={"digit": 8})).json() == stored


async def test_another_label_replaces_the_first_and_its_time(client, store):
    stored = await store(label=8)
    relabelled = (await client.put(f"/v1/predictions/{stored['id']}/label", json={"digit": 0})).json()
    assert relabelled["label"] == 0
    assert relabelled["labelled_at"] > stored["labelled_at"]


async def test_a_label_can_be_removed_twice(client, store):
    path = f"/v1/predictions/{(await store(label=8))['id']}"
    assert [(await client.delete(f"{path}/label")).status_code for _ in range(2)] == [204, 204]
    stored = (await client.get(path)).json()
    assert (stored["label"], stored["labelled_at"]) == (None, None)


async def test_the_label_of_an_unknown_prediction_is_not_found(client, make):
    path = f"/v1/predictions/{make.id()}/label"
    answers = [await client.put(path, json={"digit": 1}), await client.delete(path)]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(404, "not_found")] * 2


async def test_labelled_drawings_stream_oldest_label_first(client, make):
    drawings = {make.id(): make.drawing() for _ in range(30)}
    for prediction_id, drawing in drawings.items():
        body = make.body(drawing=base64.b64encode(drawing).decode())
        await client.put(f"/v1/predictions/{prediction_id}", json=body)
    labelled = list(drawings)[::-2]
    for prediction_id in labelled:
        await client.put(f"/v1/predictions/{prediction_id}/label", json={"digit": int(prediction_id[0], 16) % 10})
    answer = await client.get("/v1/labelled-drawings")
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert [line["id"] for line in lines] == labelled
    assert all(base64.b64decode(line["drawing"]) == drawings[line["id"]] for line in lines)
    assert all(line["label"] == int(line["id"][0], 16) % 10 for line in lines)


async def test_the_stream_is_empty_without_labels(client, store):
    await store()
    answer = await client.get("/v1/labelled-drawings")
    assert (answer.status_code, answer.content) == (200, b"")


async def test_an_owner_with_very_many_labels_does_not_push_out_the_others(install, make, monkeypatch):
    installation = await install()
    monkeypatch.setattr(labelled_stream, "PAGE_ROWS", 2)
    vandal, others, curator = await installation.visitor(), await installation.visitor(), await installation.curator()
    ids = [await put_labelled(caller, make) for caller in (others, curator, others, *[vandal] * 7)]

    async def read(**query):
        answer = await curator.get("/v1/labelled-drawings", params=query)
        return [ids.index(json.loads(line)["id"]) for line in answer.text.splitlines()]

    assert await read(newest=5) == [5, 6, 7, 8, 9]
    assert await read(newest=5, in_turn=True) == [0, 1, 2, 8, 9]
    assert await read(newest=8, in_turn=True) == [0, 1, 2, 5, 6, 7, 8, 9]
    assert await read(newest=10, in_turn=True) == await read(in_turn=True) == await read() == list(range(10))


async def test_a_chosen_drawing_that_lost_its_label_is_left_out(install, make, monkeypatch):
    installation = await install()
    monkeypatch.setattr(labelled_stream, "PAGE_ROWS", 1)
    visitor, curator = await installation.visitor(), await installation.curator()
    ids = [await put_labelled(visitor, make) for _ in range(4)]
    choose = labelled_stream.choose_in_turn

    async def choose_and_forget(*arguments):
        chosen = await choose(*arguments)
        await visitor.delete(f"/v1/predictions/{ids[2]}/label")
        return chosen

    monkeypatch.setattr(labelled_stream, "choose_in_turn", choose_and_forget)
    answer = await curator.get("/v1/labelled-drawings", params={"newest": 3, "in_turn": True})
    assert [json.loads(line)["id"] for line in answer.text.splitlines()] == [ids[1], ids[3]]


async def put_labelled(caller, make):
    prediction_id = make.id()
    assert (await caller.put(f"/v1/predictions/{prediction_id}", json=make.body())).status_code == 201
    answer = await caller.put(f"/v1/predictions/{prediction_id}/label", json={"digit": 3})
    assert answer.status_code == 200
    return prediction_id


async def test_of_a_very_long_history_the_newest_changes_are_read(client, store, monkeypatch):
    monkeypatch.setattr("services.storage.queries.labels.HISTORY", HISTORY.replace(f"{MOST_CHANGES}", "2"))
    path = f"/v1/predictions/{(await store(label=1))['id']}"
    for digit in (2, 3, 4):
        await client.put(f"{path}/label", json={"digit": digit})
    changes = (await client.get(f"{path}/label-history")).json()["changes"]
    assert [change["after"] for change in changes] == [3, 4]
