"""GET /v1/statistics, compared with the same sums in plain Python."""

import asyncio
from collections import Counter, defaultdict
from itertools import pairwise

import pytest

EDGES = [edge / 10 for edge in range(11)]


def _accuracy(predictions):
    labelled = [one for one in predictions if one["label"] is not None]
    correct = sum(one["label"] == one["digit"] for one in labelled)
    return {
        "predictions": len(predictions),
        "labelled": len(labelled),
        "correct": correct,
        "accuracy": correct / len(labelled) if labelled else None,
    }


def _group(predictions, key):
    groups = defaultdict(list)
    for one in predictions:
        groups[key(one)].append(one)
    return groups


@pytest.fixture
async def stored(store, make):
    """Four hundred predictions over ten days. Every edge of the bins is among their confidences."""
    few = asyncio.Semaphore(8)  # the service refuses requests that wait too long for a connection

    async def store_one(**fields):
        async with few:
            return await store(**fields)

    rows = []
    for number in range(400):
        digit = make.random.randint(0, 9)
        label = make.random.choice([None, digit, digit, make.random.randint(0, 9)])
        confidence = EDGES[number] if number < len(EDGES) else make.random.random()
        rows.append(store_one(digit=digit, label=label, confidence=confidence))
    return await asyncio.gather(*rows)


@pytest.fixture
async def statistics(client, stored):
    return (await client.get("/v1/statistics")).json()


async def test_the_statistics_of_an_empty_history_are_zero(client):
    statistics = (await client.get("/v1/statistics")).json()
    assert statistics["overall"] == {"predictions": 0, "labelled": 0, "correct": 0, "accuracy": None}
    assert statistics["confusion"] == [[0] * 10] * 10
    assert [one["predictions"] for one in statistics["confidence_bins"]] == [0] * 10
    assert statistics["running_accuracy"] == statistics["by_model"] == statistics["by_day"] == []


async def test_overall_counts_everything(stored, statistics):
    assert statistics["overall"] == pytest.approx(_accuracy(stored))


async def test_confusion_counts_labelled_predictions_by_label_and_digit(stored, statistics):
    pairs = Counter((one["label"], one["digit"]) for one in stored)
    assert statistics["confusion"] == [[pairs[label, digit] for digit in range(10)] for label in range(10)]


async def test_each_model_version_has_its_accuracy(stored, statistics):
    expected = {
        key: _accuracy(group) for key, group in _group(stored, lambda one: tuple(one["model"].values())).items()
    }
    found = {tuple(one.pop("model").values()): one for one in statistics["by_model"]}
    assert found == expected


@pytest.mark.parametrize("model", ["cnn", "cnn/2", "nobody", "nobody/1"])
async def test_the_statistics_of_a_model_count_only_its_predictions(client, stored, model):
    statistics = (await client.get("/v1/statistics", params={"model": model})).json()
    its_own = [one for one in stored if f"{one['model']['name']}/{one['model']['version']}/".startswith(f"{model}/")]
    assert statistics["overall"] == pytest.approx(_accuracy(its_own))
    assert sum(map(sum, statistics["confusion"])) == statistics["overall"]["labelled"]
    assert sum(one["predictions"] for one in statistics["confidence_bins"]) == len(its_own)
    assert len(statistics["by_model"]) == len({tuple(one["model"].values()) for one in its_own})
    labelled = [one for one in its_own if one["label"] is not None]
    labelled.sort(key=lambda one: (one["created_at"], one["id"]))
    correct = [one["label"] == one["digit"] for one in labelled]
    accuracies = [sum(correct[:count]) / count for count in range(1, len(correct) + 1)]
    assert [one["accuracy"] for one in statistics["running_accuracy"]] == pytest.approx(accuracies[-200:])


@pytest.mark.parametrize("query", ["model=", "model=/1", "unknown_filter=cnn", "model=" + "x" * 130])
async def test_a_bad_filter_is_refused(client, query):
    answer = await client.get(f"/v1/statistics?{query}")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


async def test_each_day_has_its_accuracy_in_order(stored, statistics):
    groups = _group(stored, lambda one: one["created_at"][:10])
    assert statistics["by_day"] == [{"day": day, **_accuracy(group)} for day, group in sorted(groups.items())]


async def test_a_confidence_bin_includes_its_lower_edge_and_the_last_includes_one(stored, statistics):
    bins = statistics["confidence_bins"]
    assert [(one["lower"], one["upper"]) for one in bins] == list(pairwise(EDGES))
    for one in bins:
        upper = 2 if one["upper"] == 1 else one["upper"]
        inside = [each for each in stored if one["lower"] <= each["confidence"] < upper]
        confidences = [each["confidence"] for each in inside if each["label"] is not None]
        expected = _accuracy(inside)
        assert (one["predictions"], one["labelled"]) == (expected["predictions"], expected["labelled"])
        assert one["accuracy"] == pytest.approx(expected["accuracy"])
        assert one["confidence"] == pytest.approx(sum(confidences) / len(confidences))


async def test_running_accuracy_counts_all_labels_and_shows_the_latest_two_hundred(client, stored, statistics):
    order = []
    query = {"limit": 200, "labelled": True}
    while True:
        page = (await client.get("/v1/predictions", params=query)).json()
        order += page["predictions"]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    order.reverse()
    correct, expected = 0, []
    for labelled, one in enumerate(order, start=1):
        correct += one["label"] == one["digit"]
        expected.append({"created_at": one["created_at"], "labelled": labelled, "accuracy": correct / labelled})
    assert len(expected) > 200
    assert statistics["running_accuracy"] == expected[-200:]
