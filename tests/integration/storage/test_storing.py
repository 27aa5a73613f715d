"""PUT, GET and DELETE of one prediction."""

import asyncio
import base64
import json

import pytest

FLOATS = [0.1 + 0.2, 1 / 3, 5e-324, 1.0, 0.0, 2.2250738585072014e-308, 0.1, 1e-17, 0.9999999999999999, 2 / 3]


async def test_the_first_put_stores_and_a_repeated_put_changes_nothing(client, make):
    path, body = f"/v1/predictions/{make.id()}", make.body()
    first, second = await client.put(path, json=body), await client.put(path, json=body)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json() == (await client.get(path)).json()


async def test_a_retry_without_a_time_is_the_same_prediction(client, make):
    path, body = f"/v1/predictions/{make.id()}", make.body(created_at=None)
    first, second = await client.put(path, json=body), await client.put(path, json=body)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["created_at"] == second.json()["created_at"]


async def test_a_stored_prediction_is_what_was_sent(client, make):
    path, body = f"/v1/predictions/{make.id()}", make.body(created_at="2026-11-21T10:00:00.123456+01:00")
    stored = (await client.put(path, json=body)).json()
    del body["drawing"]
    expected = {"created_at": "2026-11-21T09:00:00.123456Z", "id": path[-36:], "label": None, "labelled_at": None}
    assert stored == body | expected | {"mine": False, "rejected": False}


@pytest.mark.parametrize(
    "change",
    [
        {"digit": 3},
        {"confidence": 0.5},
        {"probabilities": [0.1] * 10},
        {"digit_score": 0.5},
        {"model": {"name": "cnn", "version": "other"}},
        {"source": "upload"},
        {"created_at": "2026-11-21T10:00:00Z"},
        {"drawing": base64.b64encode(b"\x89PNG\r\n\x1a\nother").decode()},
    ],
    ids=lambda change: next(iter(change)),
)
async def test_different_content_under_one_id_is_a_conflict(client, make, change):
    path, body = f"/v1/predictions/{make.id()}", make.body(digit=2, source="api")
    stored = (await client.put(path, json=body)).json()
    answer = await client.put(path, json=body | change)
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert (await client.get(path)).json() == stored


async def test_a_retry_does_not_touch_the_label(client, make):
    path, body = f"/v1/predictions/{make.id()}", make.body()
    await client.put(path, json=body)
    labelled = (await client.put(f"{path}/label", json={"digit": 4})).json()
    assert (await client.put(path, json=body)).json() == labelled


async def test_twenty_identical_puts_at_once_store_one_row(client, make):
    path, body = f"/v1/predictions/{make.id()}", make.body()

    async def put() -> int:
        status: int = (await client.put(path, json=body)).status_code
        return await put() if status == 503 else status  # a busy machine may be too slow at first

    assert sorted(await asyncio.gather(*(put() for _ in range(20)))) == [200] * 19 + [201]
    assert len((await client.get("/v1/predictions")).json()["predictions"]) == 1


async def test_floats_are_returned_exactly(client, make):
    body = make.body(confidence=0.1 + 0.2, digit_score=5e-324, probabilities=FLOATS)
    path = f"/v1/predictions/{make.id()}"
    await client.put(path, json=body)
    stored = (await client.get(path)).json()
    assert (stored["confidence"], stored["digit_score"], stored["probabilities"]) == (0.1 + 0.2, 5e-324, FLOATS)


async def test_get_of_an_unknown_id_is_not_found(client, make):
    answer = await client.get(f"/v1/predictions/{make.id()}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_a_prediction_can_be_deleted_twice(client, store):
    path = f"/v1/predictions/{(await store(label=1))['id']}"
    assert [(await client.delete(path)).status_code for _ in range(2)] == [204, 204]
    assert (await client.get(path)).status_code == 404


async def test_unlabelled_only_does_not_delete_a_labelled_prediction(client, store):
    labelled, unlabelled = [f"/v1/predictions/{(await store(label=label))['id']}" for label in (1, None)]
    for path in (labelled, unlabelled):
        assert (await client.delete(path, params={"unlabelled_only": True})).status_code == 204
    assert [(await client.get(path)).status_code for path in (labelled, unlabelled)] == [200, 404]


async def test_puts_and_deletes_of_one_id_at_once_never_fail(client, make):
    path, body = f"/v1/predictions/{make.id()}", make.body()
    requests = [client.put(path, json=body) if turn % 2 else client.delete(path) for turn in range(40)]
    assert {answer.status_code for answer in await asyncio.gather(*requests)} <= {200, 201, 204, 410}
    assert (await client.get(path)).status_code == 404


async def test_every_form_of_json_is_stored_and_answered_alike(client, make):
    path, body = f"/v1/predictions/{make.id()}", make.body()
    first = await client.put(path, json=body)
    for media_type in ("application/json; charset=utf-8", "application/vnd.slate+json"):
        again = await client.put(path, content=json.dumps(body, indent=2), headers={"Content-Type": media_type})
        assert (again.status_code, again.json(), again.headers["content-type"]) == (
            200,
            first.json(),
            first.headers["content-type"],
        )


async def test_stored_predictions_and_labels_are_counted_and_so_are_queries(client, make, store):
    for label, name in ((3, "cnn"), (4, "any text of a caller, which must be no label of a metric")):
        await store(label=label, digit=3, source="canvas", model={"name": name, "version": "1"})
    text = (await client.get("/metrics")).text
    assert 'slate_predictions_stored_total{source="canvas"} 2.0' in text
    assert 'slate_labels_total{label="3",right="yes"} 1.0' in text
    assert 'slate_labels_total{label="4",right="no"} 1.0' in text
    assert 'slate_database_connections{lane="rows",state="most"} 10.0' in text
    assert 'slate_database_seconds_count{lane="rows"} 4.0' in text


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded"])
async def test_a_proxy_does_not_publish_the_metrics(client, header):
    answer = await client.get("/metrics", headers={header: "for=192.0.2.1"})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
