"""Pages of the history and their filters, held against a plain Python list."""

import pytest


async def _read_all(client, limit=200, **filters):
    found, cursor = [], {}
    while True:
        page = (await client.get("/v1/predictions", params={"limit": limit, **cursor, **filters})).json()
        found += page["predictions"]
        if page["next_cursor"] is None:
            return found
        assert len(page["predictions"]) == limit
        cursor = {"cursor": page["next_cursor"]}


@pytest.fixture
async def stored(store, make):
    """Ninety predictions, two thirds of them labelled, about half of the labels right."""
    predictions = []
    for _ in range(90):
        digit = make.random.randint(0, 9)
        label = make.random.choice([None, digit, make.random.randint(0, 9)])
        predictions.append(await store(digit=digit, label=label))
    return predictions


async def test_empty_history_is_one_empty_page(client):
    assert (await client.get("/v1/predictions")).json() == {"predictions": [], "next_cursor": None}


@pytest.mark.parametrize("limit", [1, 7, 45, 90, 200])
async def test_pages_visit_each_prediction_once_newest_first(client, stored, limit):
    found = await _read_all(client, limit)
    assert sorted(one["id"] for one in found) == sorted(one["id"] for one in stored)
    times = [(one["created_at"][:19], one["id"]) for one in found]
    assert [time for time, _ in times] == sorted((time for time, _ in times), reverse=True)


async def test_predictions_of_one_moment_are_paged_by_id(client, store):
    stored = [await store(created_at="2026-11-21T10:00:00.000001Z") for _ in range(10)]
    found = await _read_all(client, limit=3)
    assert [one["id"] for one in found] == sorted((one["id"] for one in stored), reverse=True)


async def test_pages_visit_each_old_prediction_once_while_new_ones_arrive(client, stored, store):
    visited, cursor = [], {}
    while cursor is not None:
        page = (await client.get("/v1/predictions", params={"limit": 10, **cursor})).json()
        visited += [one["id"] for one in page["predictions"]]
        await store(created_at="2030-01-01T00:00:00Z")
        await store()
        cursor = {"cursor": page["next_cursor"]} if page["next_cursor"] else None
    assert len(visited) == len(set(visited))
    assert {one["id"] for one in stored} <= set(visited)


FILTERS = {
    "digit": ({"digit": 3}, lambda one: one["digit"] == 3),
    "label": ({"label": 3}, lambda one: one["label"] == 3),
    "labelled": ({"labelled": True}, lambda one: one["label"] is not None),
    "unlabelled": ({"labelled": False}, lambda one: one["label"] is None),
    "right": ({"correct": True}, lambda one: one["label"] == one["digit"]),
    "wrong": ({"correct": False}, lambda one: one["label"] not in (None, one["digit"])),
    "model": ({"model": "cnn"}, lambda one: one["model"]["name"] == "cnn"),
    "model version": ({"model": "cnn/2"}, lambda one: one["model"] == {"name": "cnn", "version": "2"}),
    "source": ({"source": "camera"}, lambda one: one["source"] == "camera"),
    "since": ({"since": "2026-11-04T00:00:00Z"}, lambda one: one["created_at"] >= "2026-11-04"),
    "until": ({"until": "2026-11-04T02:00:00+02:00"}, lambda one: one["created_at"] < "2026-11-04"),
    "several": (
        {"labelled": True, "model": "mlp", "since": "2026-11-03T00:00:00Z"},
        lambda one: one["label"] is not None and one["model"]["name"] == "mlp" and one["created_at"] >= "2026-11-03",
    ),
}


@pytest.mark.parametrize(("filters", "fits"), FILTERS.values(), ids=FILTERS)
async def test_filter_keeps_exactly_what_fits(client, stored, filters, fits):
    expected = [one["id"] for one in stored if fits(one)]
    assert 0 < len(expected) < len(stored)
    assert sorted(one["id"] for one in await _read_all(client, 4, **filters)) == sorted(expected)


async def test_since_is_included_and_until_is_not(client, store):
    moment = "2026-11-21T10:00:00.000001Z"
    await store(created_at=moment)
    assert len(await _read_all(client, since=moment)) == 1
    assert await _read_all(client, until=moment) == []


async def test_earliest_and_latest_times_can_be_paged(client, store):
    for created_at in ("1970-01-01T00:00:00Z", "9998-12-31T23:59:59.999999Z", "2026-11-21T10:00:00Z"):
        await store(created_at=created_at)
    assert [one["created_at"][:4] for one in await _read_all(client, limit=1)] == ["9998", "2026", "1970"]


async def test_period_of_all_time_is_no_error(client, store):
    await store()
    assert len(await _read_all(client, since="0001-01-01T00:00:00Z", until="9999-12-31T23:59:59.999999Z")) == 1
