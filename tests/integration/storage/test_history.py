"""Pages of the history and their filters, compared with a plain Python list."""

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
    """Ninety predictions. Two thirds have a label, and about half of the labels say that the prediction is correct."""
    predictions = []
    for _ in range(90):
        digit = make.random.randint(0, 9)
        label = make.random.choice([None, digit, make.random.randint(0, 9)])
        predictions.append(await store(digit=digit, label=label))
    return predictions


async def test_an_empty_history_is_one_empty_page(client):
    assert (await client.get("/v1/predictions")).json() == {
        "predictions": [],
        "next_cursor": None,
        "previous_cursor": None,
    }


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


@pytest.mark.parametrize(("limit", "filters"), [(1, {}), (7, {}), (45, {}), (7, {"labelled": True}), (4, {"digit": 3})])
async def test_going_back_to_the_newest_shows_the_same_pages(client, stored, limit, filters):
    there, back = [], []
    query = {"limit": limit, **filters}
    page = (await client.get("/v1/predictions", params=query)).json()
    assert page["previous_cursor"] is None
    there.append(page["predictions"])
    while page["next_cursor"] is not None:
        page = (await client.get("/v1/predictions", params={**query, "cursor": page["next_cursor"]})).json()
        there.append(page["predictions"])
    back.append(page["predictions"])
    while page["previous_cursor"] is not None:
        page = (await client.get("/v1/predictions", params={**query, "newer_than": page["previous_cursor"]})).json()
        back.append(page["predictions"])
        assert page["next_cursor"] is not None
    assert len(there) > 1
    assert back == there[::-1]


async def test_new_predictions_are_found_on_the_way_back(client, stored, store):
    first = (await client.get("/v1/predictions", params={"limit": 90})).json()
    second = (await client.get("/v1/predictions", params={"limit": 10})).json()
    third = (await client.get("/v1/predictions", params={"limit": 10, "cursor": second["next_cursor"]})).json()
    newest = await store(created_at="2030-01-01T00:00:00Z")
    back = (await client.get("/v1/predictions", params={"limit": 10, "newer_than": third["previous_cursor"]})).json()
    assert [one["id"] for one in back["predictions"]] == [one["id"] for one in first["predictions"][:10]]
    back = (await client.get("/v1/predictions", params={"limit": 10, "newer_than": back["previous_cursor"]})).json()
    assert [one["id"] for one in back["predictions"]] == [newest["id"]]
    assert back["previous_cursor"] is None


async def test_the_page_before_the_newest_is_empty(client, store):
    await store(created_at="2026-11-01T00:00:00Z")
    newest = await store(created_at="2026-11-02T00:00:00Z")
    first = (await client.get("/v1/predictions", params={"limit": 1})).json()
    last = (await client.get("/v1/predictions", params={"limit": 1, "cursor": first["next_cursor"]})).json()
    await client.delete(f"/v1/predictions/{newest['id']}")
    answer = await client.get("/v1/predictions", params={"newer_than": last["previous_cursor"]})
    assert answer.json() == {"predictions": [], "next_cursor": None, "previous_cursor": None}


async def test_with_both_cursors_a_page_holds_only_what_lies_between_the_two_places(client, stored):
    everything = (await client.get("/v1/predictions", params={"limit": 90})).json()["predictions"]
    upper = (await client.get("/v1/predictions", params={"limit": 10})).json()["next_cursor"]
    lower = (await client.get("/v1/predictions", params={"limit": 15, "cursor": upper})).json()["next_cursor"]
    between = (await client.get("/v1/predictions", params={"cursor": upper, "newer_than": lower})).json()
    assert between["predictions"] == everything[10:24]
    assert between["previous_cursor"] is None


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
async def test_a_filter_keeps_exactly_the_predictions_that_fit(client, stored, filters, fits):
    expected = [one["id"] for one in stored if fits(one)]
    assert 0 < len(expected) < len(stored)
    assert sorted(one["id"] for one in await _read_all(client, 4, **filters)) == sorted(expected)
    counted = await client.get("/v1/prediction-count", params=filters)
    assert counted.json() == {"predictions": len(expected), "more": False}


@pytest.mark.parametrize(("limit", "count"), [(89, (89, True)), (90, (90, False)), (91, (90, False))])
async def test_counting_ends_at_the_limit(client, stored, limit, count):
    counted = (await client.get("/v1/prediction-count", params={"limit": limit})).json()
    assert (counted["predictions"], counted["more"]) == count


async def test_model_versions_are_those_of_the_history(client, stored):
    expected = sorted({(one["model"]["name"], one["model"]["version"]) for one in stored})
    listed = (await client.get("/v1/model-versions")).json()["models"]
    assert [(model["name"], model["version"]) for model in listed] == expected
    assert len(expected) == 6


async def test_an_empty_history_has_no_model_versions(client):
    assert (await client.get("/v1/model-versions")).json() == {"models": []}


async def test_since_is_included_and_until_is_not(client, store):
    moment = "2026-11-21T10:00:00.000001Z"
    await store(created_at=moment)
    assert len(await _read_all(client, since=moment)) == 1
    assert await _read_all(client, until=moment) == []


async def test_the_earliest_and_latest_times_can_be_paged(client, store):
    for created_at in ("1970-01-01T00:00:00Z", "9998-12-31T23:59:59.999999Z", "2026-11-21T10:00:00Z"):
        await store(created_at=created_at)
    assert [one["created_at"][:4] for one in await _read_all(client, limit=1)] == ["9998", "2026", "1970"]


async def test_a_period_from_the_first_to_the_last_possible_time_is_no_error(client, store):
    await store()
    assert (
        len(await _read_all(client, since="1000-01-01T00:00:00+14:00", until="9998-12-31T23:59:59.999999-12:00")) == 1
    )


@pytest.mark.parametrize("path", ["predictions", "prediction-count", "statistics"])
async def test_a_model_with_a_control_character_is_refused(client, path):
    answer = await client.get(f"/v1/{path}", params={"model": "a\x00"})
    assert answer.json()["code"] == "invalid_request"
