"""GET /v1/export and POST /v1/import: everything comes back, also elsewhere, and repeating changes nothing."""

import asyncio
import base64
import json

import pytest

from services.storage.queries import export
from shared.contracts.exchange import MAX_IMPORTED

PNG = b"\x89PNG\r\n\x1a\n"


async def _export(client, **query):
    """Read every page → the lines, and the number of pages."""
    lines, pages, cursor = [], 0, {}
    while True:
        answer = await client.get("/v1/export", params={**query, **cursor})
        assert answer.status_code == 200, answer.text
        pages += 1
        lines += [json.loads(line) for line in answer.text.splitlines()]
        if "X-Next-Cursor" not in answer.headers:
            return lines, pages
        cursor = {"cursor": answer.headers["X-Next-Cursor"]}


@pytest.fixture
async def stored(client, store, make):
    """Forty predictions by id; some are labelled, some are not a digit, and two share a drawing."""
    found = {}
    for number in range(40):
        label = (None, number % 10, "not_a_digit")[number % 3]
        drawing = PNG + bytes([number % 39])
        one = await store(label=label, drawing=base64.b64encode(drawing).decode(), rejected=number % 4 == 0)
        found[one["id"]] = (one, drawing)
    return found


async def test_every_prediction_is_exported_once_oldest_first_with_everything_that_was_stored(client, stored):
    lines, pages = await _export(client, limit=7)
    assert pages > 5
    assert [line["created_at"] for line in lines] == sorted(line["created_at"] for line in lines)
    assert len(lines) == len(stored)
    for line in lines:
        one, drawing = stored[line["id"]]
        assert base64.b64decode(line.pop("drawing")) == drawing
        assert line.pop("owner") is None
        assert {key: line[key] for key in line if not key.endswith("_at")} == {
            key: one[key] for key in line if not key.endswith("_at")
        }


async def test_an_export_may_have_a_period_and_only_labels_and_no_drawings(client, stored):
    times = sorted(one["created_at"] for one, _ in stored.values())
    lines, _ = await _export(client, since=times[10], until=times[30], drawings=False)
    assert {line["id"] for line in lines} == {
        one["id"] for one, _ in stored.values() if times[10] <= one["created_at"] < times[30]
    }
    assert {line["drawing"] for line in lines} == {None}
    lines, _ = await _export(client, labelled=True)
    assert {line["id"] for line in lines} == {one["id"] for one, _ in stored.values() if one["label"] is not None}


async def test_large_drawings_make_short_pages(client, store, monkeypatch):
    monkeypatch.setattr(export, "PAGE_BYTES", 10_000)
    for number in range(6):
        await store(drawing=base64.b64encode(PNG + bytes([number]) * 9_000).decode())
    lines, pages = await _export(client)
    assert (len(lines), pages) == (6, 4)


async def test_what_was_exported_is_imported_into_another_slate_as_it_was(
    client, stored, open_client, empty_migrated_url
):
    lines, _ = await _export(client)
    async with open_client(empty_migrated_url) as other:
        answer = await other.post("/v1/import", json={"predictions": lines})
        assert (answer.status_code, answer.json()) == (200, {"stored": 40, "existing": 0})
        assert (await _export(other))[0] == lines
        totals = [(await one.get("/v1/statistics")).json() for one in (client, other)]
        assert totals[0] == totals[1]
        (labelled, *_) = [line["id"] for line in lines if line["label"] == "not_a_digit"]
        (change,) = (await other.get(f"/v1/predictions/{labelled}/label-history")).json()["changes"]
        assert (change["origin"], change["counts"], change["after"]) == ("import", True, "not_a_digit")
        actions = {entry["action"] for entry in (await other.get("/v1/audit")).json()["entries"]}
        assert actions == {"import", "export"}


async def test_a_repeated_import_changes_nothing(client, stored):
    lines, _ = await _export(client)
    prediction = lines[0]
    await client.put(f"/v1/predictions/{prediction['id']}/label", json={"digit": 5})
    await client.delete(f"/v1/predictions/{lines[1]['id']}")
    answers = [(await client.post("/v1/import", json={"predictions": lines})).json() for _ in range(2)]
    assert answers == [{"stored": 1, "existing": 39}, {"stored": 0, "existing": 40}]
    assert (await client.get(f"/v1/predictions/{prediction['id']}")).json()["label"] == 5


async def test_imports_and_deletions_of_the_same_drawings_at_once_lose_no_drawing(client, stored):
    lines, _ = await _export(client)

    async def come_and_go(part):
        for _ in range(4):
            answer = await client.post("/v1/import", json={"predictions": part})
            assert answer.status_code == 200, answer.text
            for line in part[::2]:
                await client.delete(f"/v1/predictions/{line['id']}")

    await asyncio.gather(*(come_and_go(lines[turn::2]) for turn in range(2)))
    await client.post("/v1/import", json={"predictions": lines})
    for line in lines:
        assert (await client.get(f"/v1/predictions/{line['id']}/drawing")).content == base64.b64decode(line["drawing"])


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"digit": 12}, "invalid_request"),
        ({"drawing": None}, "invalid_request"),
        ({"drawing": base64.b64encode(b"GIF89a").decode()}, "unreadable_image"),
        ({"unknown": 1}, "invalid_request"),
        ({"created_at": "yesterday"}, "invalid_request"),
    ],
    ids=["digit", "no drawing", "no picture", "unknown field", "time"],
)
async def test_one_bad_prediction_refuses_the_whole_request(client, stored, change, code):
    lines, _ = await _export(client)
    for line in lines:
        await client.delete(f"/v1/predictions/{line['id']}")
    answer = await client.post("/v1/import", json={"predictions": [*lines[:3], lines[3] | change]})
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert (await client.get("/v1/predictions")).json()["predictions"] == []


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"predictions": 3}', b"\xff", b'{"predictions": [' + b"{}," * 9000]
)
async def test_a_body_that_is_no_import_is_refused(client, body):
    answer = await client.post("/v1/import", content=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


async def test_an_import_of_too_many_predictions_is_refused(client, make):
    await client.put(f"/v1/predictions/{make.id()}", json=make.body())
    (line,), _ = await _export(client)
    answer = await client.post("/v1/import", json={"predictions": [line] * (MAX_IMPORTED + 1)})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
