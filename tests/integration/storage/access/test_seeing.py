"""What a stranger can see or change of the predictions of others, for each setting: what the rules say and no more."""

import re

import pytest


async def store_labelled(caller, make, digit: int = 3) -> str:
    """Store a prediction and its label as this caller → its id."""
    prediction_id = make.id()
    body = make.body(digit=digit, confidence=0.5, source="canvas", model={"name": "cnn", "version": "1"})
    assert (await caller.put(f"/v1/predictions/{prediction_id}", json=body)).status_code == 201
    answer = await caller.put(f"/v1/predictions/{prediction_id}/label", json={"digit": 8})
    assert answer.json()["label"] == 8
    return prediction_id


async def list_ids(caller, **params) -> list[str]:
    return [one["id"] for one in (await caller.get("/v1/predictions", params=params)).json()["predictions"]]


async def count(caller, **params) -> int:
    counted: int = (await caller.get("/v1/prediction-count", params=params)).json()["predictions"]
    return counted


async def count_statistics(caller, **params) -> int:
    counted: int = (await caller.get("/v1/statistics", params=params)).json()["overall"]["predictions"]
    return counted


async def test_a_visitor_sees_and_changes_its_own(install, make):
    visitor = await (await install()).visitor()
    prediction_id = await store_labelled(visitor, make)
    path = f"/v1/predictions/{prediction_id}"
    stored = (await visitor.get(path)).json()
    assert (stored["mine"], stored["label"], "owner" in stored) == (True, 8, False)
    assert (await visitor.get(f"{path}/drawing")).status_code == 200
    assert await list_ids(visitor) == [prediction_id]
    assert (await visitor.delete(f"{path}/label")).status_code == 204
    assert (await visitor.get(path)).json()["label"] is None
    assert (await visitor.delete(path)).status_code == 204
    assert (await visitor.get(path)).status_code == 404


def hide_ids(answer: str) -> str:
    """The answer without the id of its request."""
    return re.sub(r'"request_id":"\w+"', "", answer)


@pytest.mark.parametrize("setting", ["totals", "nothing"])
async def test_what_belongs_to_others_does_not_exist_for_a_stranger(install, make, setting):
    installation = await install(visitors_see=setting)
    victim, stranger = await installation.visitor(), await installation.visitor()
    prediction_id = await store_labelled(victim, make)
    path = f"/v1/predictions/{prediction_id}"
    before = (await victim.get(path)).json()
    unknown = f"/v1/predictions/{make.id()}"
    for method, part, body in [
        ("GET", "", None), ("GET", "/drawing", None), ("GET", "/label-history", None), ("DELETE", "", None),
        ("DELETE", "/label", None), ("PUT", "/label", {"digit": 1}), ("DELETE", "?unlabelled_only=true", None),
    ]:  # fmt: skip
        answer = await stranger.request(method, path + part, json=body)
        same = await stranger.request(method, unknown + part, json=body)
        assert answer.status_code == same.status_code
        assert hide_ids(answer.text.replace(path, unknown).replace(prediction_id, unknown[-36:])) == hide_ids(same.text)
    assert await list_ids(stranger) == []
    assert (await victim.get(path)).json() == before
    assert len((await victim.get(f"{path}/label-history")).json()["changes"]) == 1


@pytest.mark.parametrize(("setting", "seen"), [("history", 1), ("totals", 1), ("nothing", 0)])
async def test_a_stranger_counts_what_the_setting_says(install, make, setting, seen):
    installation = await install(visitors_see=setting)
    await store_labelled(await installation.visitor(), make)
    stranger = await installation.visitor()
    assert await count(stranger) == seen
    assert await count_statistics(stranger) == seen
    assert len((await stranger.get("/v1/model-versions")).json()["models"]) == seen
    assert await count(stranger, mine="true") == 0
    assert await count_statistics(stranger, mine="true") == 0


async def test_with_the_common_history_a_stranger_reads_everything_and_changes_nothing(install, make):
    installation = await install(visitors_see="history")
    victim, stranger = await installation.visitor(), await installation.visitor()
    prediction_id = await store_labelled(victim, make)
    path = f"/v1/predictions/{prediction_id}"
    assert await list_ids(stranger) == [prediction_id]
    assert await list_ids(stranger, mine="true") == []
    assert (await stranger.get(path)).json()["mine"] is False
    assert (await stranger.get(f"{path}/drawing")).status_code == 200
    for method, part in [("DELETE", ""), ("DELETE", "/label")]:
        answer = await stranger.request(method, path + part)
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    said = await stranger.put(f"{path}/label", json={"digit": 1})
    assert (said.status_code, said.json()["label"]) == (200, 8)
    assert (await victim.get(path)).json()["label"] == 8


async def test_a_stranger_cannot_take_over_a_prediction_by_storing_it_again(install, make):
    installation = await install()
    victim, stranger = await installation.visitor(), await installation.visitor()
    prediction_id, body = make.id(), make.body()
    path = f"/v1/predictions/{prediction_id}"
    assert (await victim.put(path, json=body)).status_code == 201
    assert (await victim.put(path, json=body)).status_code == 200
    answer = await stranger.put(path, json=body)
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")


async def test_rows_from_before_owners_belong_to_nobody(install, make):
    installation = await install(visitors_see="history")
    owner, visitor = await installation.owner(), await installation.visitor()
    prediction_id = await store_labelled(owner, make)
    path = f"/v1/predictions/{prediction_id}"
    assert (await visitor.get(path)).json()["mine"] is False
    assert (await visitor.delete(path)).status_code == 403
    assert await list_ids(owner, mine="true") == []
    assert await list_ids(visitor, mine="true") == []


async def test_a_curator_sees_and_corrects_what_belongs_to_others(install, make):
    installation = await install(visitors_see="nothing")
    curator = await installation.curator()
    prediction_id = await store_labelled(await installation.visitor(), make)
    path = f"/v1/predictions/{prediction_id}"
    assert await list_ids(curator) == [prediction_id]
    assert (await curator.get(path)).json()["mine"] is False
    assert (await curator.put(f"{path}/label", json={"digit": "not_a_digit"})).json()["label"] == "not_a_digit"
    assert (await curator.delete(path)).status_code == 204
    assert await list_ids(curator) == []


async def test_two_tokens_of_one_name_are_the_same_owner_and_another_name_is_not(install, make):
    installation = await install()
    first, second, other = [await installation.named(name, "read", "write", "label") for name in ("a", "a", "b")]
    prediction_id = await store_labelled(first, make)
    assert await list_ids(second) == [prediction_id]
    assert await list_ids(other) == []


@pytest.mark.parametrize("path", ["predictions", "prediction-count", "totals", "statistics"])
@pytest.mark.parametrize(
    "period", ["since=2026-11-03T10:30:00Z&until=2026-11-07T00:00:00Z", "until=2026-11-07T08:00:00Z"]
)
async def test_ones_own_predictions_of_a_period_can_be_asked_for(install, make, path, period):
    visitor = await (await install()).visitor()
    await store_labelled(visitor, make)
    for filters in ("", "&digit=3&labelled=true", "&model=cnn&source=canvas&correct=false", "&label=8"):
        answer = await visitor.get(f"/v1/{path}?mine=true&{period}{filters}")
        assert answer.status_code == 200, (filters, answer.text)
