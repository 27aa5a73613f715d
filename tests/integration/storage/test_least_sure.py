"""The history with the least sure predictions first, compared with a sorted list, and the plan of its query."""

import json
from itertools import combinations

import pytest

from services.storage.history_query import HistoryQuery
from services.storage.queries import history
from services.storage.queries.history import write_places_query
from services.storage.queries.history_page import Window
from services.storage.queries.least_sure import write_least_sure_query
from shared.contracts.storage import HistoryFilters
from tests.integration.storage.test_history_plans import FILTERS, full  # noqa: F401  # a fixture

ORDER = {"order": "least_sure"}
SMALL_WINDOW = 500


async def _read_all(client, limit, **filters):
    found, back, cursor = [], [], {}
    while True:
        page = (await client.get("/v1/predictions", params={"limit": limit, **cursor, **ORDER, **filters})).json()
        found.append([one["id"] for one in page["predictions"]])
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    while page["previous_cursor"] is not None:
        cursor = {"newer_than": page["previous_cursor"]}
        page = (await client.get("/v1/predictions", params={"limit": limit, **cursor, **ORDER, **filters})).json()
        back.append([one["id"] for one in page["predictions"]])
    return found, back


def _join(pages):
    return [one for page in pages for one in page]


def _sort(predictions):
    return [one["id"] for one in sorted(predictions, key=lambda one: (one["confidence"], one["id"]))]


@pytest.fixture
async def stored(store, make):
    """Sixty predictions, many with the same confidence."""
    return [
        await store(
            confidence=make.random.choice([make.random.random(), 0.5, 1.0]),
            label=make.random.choice([None, 3, 7]),
            digit=make.random.choice([1, 3, 7]),
        )
        for _ in range(60)
    ]


@pytest.mark.parametrize("limit", [1, 7, 30, 60, 200])
async def test_pages_visit_each_prediction_once_least_sure_first_and_back(client, stored, limit):
    found, back = await _read_all(client, limit)
    assert _join(found) == _sort(stored)
    assert back == found[-2::-1]


@pytest.mark.parametrize(
    ("filters", "fits"),
    [
        ({"digit": 1, "label": 7}, lambda one: (one["digit"], one["label"]) == (1, 7)),
        ({"labelled": False}, lambda one: one["label"] is None),
        (
            {"model": "cnn", "since": "2026-11-04T00:00:00Z"},
            lambda one: _is_late(one) and one["model"]["name"] == "cnn",
        ),
    ],
    ids=["digit and label", "unlabelled", "model and days"],
)
async def test_only_predictions_that_fit_are_sorted(client, stored, filters, fits):
    found, _ = await _read_all(client, 4, **filters)
    assert _join(found) == _sort([one for one in stored if fits(one)]) != []


def _is_late(one):
    return one["created_at"] >= "2026-11-04"


async def test_with_more_than_the_window_only_the_newest_are_sorted(client, stored, monkeypatch):
    monkeypatch.setattr(history, "LEAST_SURE_WINDOW", 20)
    newest = sorted(stored, key=lambda one: (one["created_at"], one["id"]))[-20:]
    found, _ = await _read_all(client, 6)
    assert sorted(_join(found)) == sorted(one["id"] for one in newest)


async def test_a_cursor_of_the_other_order_is_no_error(client, stored):
    newest = (await client.get("/v1/predictions", params={"limit": 5})).json()["next_cursor"]
    surest = (await client.get("/v1/predictions", params={"limit": 5, **ORDER})).json()["next_cursor"]
    assert (await client.get("/v1/predictions", params={"cursor": newest, **ORDER})).status_code == 200
    assert (await client.get("/v1/predictions", params={"cursor": surest})).status_code == 200


async def test_a_cursor_that_is_no_number_is_no_error(client, stored):
    nothing = "_" * 32  # the confidence is not a number
    assert (await client.get("/v1/predictions", params={"cursor": nothing, **ORDER})).status_code == 200


async def test_an_unknown_order_is_refused(client):
    answer = await client.get("/v1/predictions", params={"order": "prettiest"})
    assert answer.json()["code"] == "invalid_request"


async def test_every_filter_and_every_pair_reads_only_the_window(full):  # noqa: F811
    for names in [(), *combinations(FILTERS, 1), *combinations(FILTERS, 2)]:
        filters = {key: value for name in names for key, value in FILTERS[name].items()}
        query = HistoryQuery(order="least_sure", limit=20, cursor="_" * 32, **filters)
        places = await write_places_query(full, HistoryFilters(**filters), Window(), SMALL_WINDOW, None)
        written, values = write_least_sure_query(query, *places)
        [plan] = json.loads(await full.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {written}", *values))
        look_ups = [node for node in _list_reads(plan["Plan"]) if node["Index Name"] == "predictions_pkey"]
        assert len(look_ups) == 1, plan
        assert sum(node["Actual Rows"] * node["Actual Loops"] for node in look_ups) <= SMALL_WINDOW, plan


def _list_reads(node):
    """Every node that reads a table. KeyError later if it reads without an index."""
    inner = [read for part in node.get("Plans", []) for read in _list_reads(part)]
    return [*inner, node] if "Relation Name" in node else inner
