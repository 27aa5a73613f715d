"""Labels that are suspected to be wrong: they are replaced at once, and stay when a curator has looked at them."""

import asyncio
import json
from datetime import datetime

import asyncpg
import pytest
from pydantic import ValidationError

from services.storage.queries.labelled_drawings import BEGINNING, read_clock, read_labelled_drawings
from shared.contracts.suspected import SuspectedLabels


@pytest.fixture
async def installation(install):
    return await install()


async def store(caller, make, label=None, **changes) -> str:
    prediction = make.id()
    assert (await caller.put(f"/v1/predictions/{prediction}", json=make.body(**changes))).status_code == 201
    if label is not None:
        await say(caller, prediction, label)
    return prediction


async def say(caller, prediction: str, label) -> None:
    answer = await caller.put(f"/v1/predictions/{prediction}/label", json={"digit": label})
    assert answer.status_code == 200, answer.text


def suspect(prediction: str, label=3, suggested=8, probability=0.01) -> dict[str, object]:
    return {"id": prediction, "label": label, "suggested": suggested, "probability": probability}


async def send(caller, *suspected) -> tuple[int, int]:
    body = {"model": {"name": "cnn", "version": "1"}, "suspected": suspected}
    answer = await caller.put("/v1/suspected-labels", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()["stored"], answer.json()["skipped"]


async def read_lines(caller, **params) -> dict[str, dict[str, object]]:
    answer = await caller.get("/v1/labelled-drawings", params=params)
    lines = [json.loads(line) for line in answer.text.splitlines()]
    return {line["id"]: line for line in lines}


def read_time(line: dict[str, object], name: str) -> datetime:
    return datetime.fromisoformat(str(line[name]))


async def read_states(caller, *predictions: str) -> list[str]:
    """Return for each prediction whether its label is suspected, reviewed or nothing of this."""
    lines = await read_lines(caller)
    found = [(lines[one]["suspected"], lines[one]["reviewed"]) for one in predictions]
    return [{(False, False): "trusted", (True, False): "suspected", (False, True): "reviewed"}[one] for one in found]


async def test_a_line_says_whose_the_drawing_and_the_label_are(installation, make):
    owner, visitor, curator = [
        await call() for call in (installation.owner, installation.visitor, installation.curator)
    ]
    model = {"name": "cnn", "version": "7"}
    theirs = await store(visitor, make, 3, digit=5, rejected=True, model=model)
    corrected, nobodys = await store(visitor, make, 3), await store(owner, make, 3)
    await say(curator, corrected, 4)
    lines = await read_lines(curator)
    assert (lines[theirs]["digit"], lines[theirs]["rejected"], lines[theirs]["model"]) == (5, True, model)
    assert lines[theirs]["owner"] == lines[theirs]["labelled_by"] == lines[corrected]["owner"]
    assert lines[corrected]["labelled_by"] not in (None, lines[theirs]["owner"])
    assert (lines[nobodys]["owner"], lines[nobodys]["labelled_by"]) == (None, None)


async def test_an_imported_label_was_given_by_nobody(installation, make):
    curator, other = await installation.curator(), await installation.visitor()
    prediction = await store(other, make, 3)
    exported = (await curator.get("/v1/export")).text
    assert (await other.delete(f"/v1/predictions/{prediction}")).status_code == 204
    assert (await curator.post("/v1/import", json={"predictions": [json.loads(exported)]})).status_code == 200
    line = (await read_lines(curator))[prediction]
    assert (line["owner"], line["labelled_by"]) == (json.loads(exported)["owner"], None)


async def test_an_imported_label_is_known_since_the_import(installation, make):
    curator, other = await installation.curator(), await installation.visitor()
    old = await store(other, make, 3)
    [exported] = map(json.loads, (await curator.get("/v1/export")).text.splitlines())
    assert (await other.delete(f"/v1/predictions/{old}")).status_code == 204
    given = await store(other, make, 4)
    assert (await curator.post("/v1/import", json={"predictions": [exported]})).status_code == 200
    lines = await read_lines(curator)
    assert read_time(lines[old], "labelled_at") == read_time(exported, "labelled_at")
    assert read_time(lines[given], "labelled_at") <= read_time(lines[given], "known_at")
    assert read_time(lines[given], "known_at") < read_time(lines[old], "known_at")


@pytest.mark.parametrize("author", ["curator", "visitor"])
async def test_a_confirmed_label_is_known_since_its_review(installation, make, author):
    curator, visitor = await installation.curator(), await installation.visitor()
    prediction = await store({"curator": curator, "visitor": visitor}[author], make, 3)
    await send(curator, suspect(prediction))
    given = await store(visitor, make, 4)
    await say(curator, prediction, 3)
    lines = await read_lines(curator)
    assert read_time(lines[prediction], "labelled_at") < read_time(lines[given], "known_at")
    assert read_time(lines[given], "known_at") < read_time(lines[prediction], "known_at")


async def test_no_label_is_known_later_than_the_stream_began(installation, make, database_url):
    curator, visitor = await installation.curator(), await installation.visitor()
    prediction = await store(visitor, make, 3)
    connection = await asyncpg.connect(database_url)
    try:
        began = await read_clock(connection)
        await say(curator, prediction, 3)  # while the stream is read
        [line] = await read_labelled_drawings(connection, BEGINNING, began)
    finally:
        await connection.close()
    assert line.labelled_at < line.known_at == began
    assert read_time((await read_lines(curator))[prediction], "known_at") > began


async def test_suspected_labels_are_replaced_by_the_next_ones(installation, make):
    curator = await installation.curator()
    first, second = await store(curator, make, 3), await store(curator, make, 3)
    assert await send(curator, suspect(first)) == (1, 0)
    assert await read_states(curator, first, second) == ["suspected", "trusted"]
    assert await send(curator, suspect(second)) == (1, 0)
    assert await read_states(curator, first, second) == ["trusted", "suspected"]
    assert await send(curator) == (0, 0)
    assert await read_states(curator, first, second) == ["trusted", "trusted"]


async def test_a_label_that_changed_meanwhile_is_not_suspected(installation, make):
    curator, visitor = await installation.curator(), await installation.visitor()
    changed, removed, unlabelled = [await store(visitor, make, label) for label in (4, 3, None)]
    await visitor.delete(f"/v1/predictions/{removed}/label")
    assert await send(curator, *map(suspect, (changed, removed, unlabelled, make.id()))) == (0, 4)


async def test_another_label_of_the_owner_ends_the_suspicion(installation, make):
    curator, visitor = await installation.curator(), await installation.visitor()
    prediction = await store(visitor, make, 3)
    await send(curator, suspect(prediction))
    await say(visitor, prediction, 8)
    assert await read_states(curator, prediction) == ["trusted"]


async def test_the_owner_cannot_confirm_a_suspected_label(installation, make):
    curator, visitor = await installation.curator(), await installation.visitor()
    prediction = await store(visitor, make, 3)
    await send(curator, suspect(prediction))
    await say(visitor, prediction, 3)
    assert await read_states(curator, prediction) == ["suspected"]


@pytest.mark.parametrize("label", [3, 8, "not_a_digit"])
async def test_the_label_of_a_curator_is_a_review(installation, make, label):
    curator, visitor = await installation.curator(), await installation.visitor()
    prediction = await store(visitor, make, 3)
    await send(curator, suspect(prediction))
    await say(curator, prediction, label)
    assert await read_states(curator, prediction) == ["reviewed"]


async def test_a_reviewed_label_is_not_suspected_again(installation, make):
    curator = await installation.curator()
    prediction = await store(curator, make, 3)
    await send(curator, suspect(prediction))
    await say(curator, prediction, 3)
    assert await send(curator, suspect(prediction)) == (0, 1)
    assert await send(curator) == (0, 0)
    assert await read_states(curator, prediction) == ["reviewed"]


async def test_a_label_that_follows_a_review_may_be_suspected(installation, make):
    curator, visitor = await installation.curator(), await installation.visitor()
    prediction = await store(visitor, make, 3)
    await send(curator, suspect(prediction))
    await say(curator, prediction, 3)
    await say(visitor, prediction, 5)
    assert await read_states(curator, prediction) == ["trusted"]
    assert await send(curator, suspect(prediction, label=5)) == (1, 0)
    assert await read_states(curator, prediction) == ["suspected"]


async def test_the_label_of_a_curator_on_an_unsuspected_drawing_is_no_review(installation, make):
    curator, visitor = await installation.curator(), await installation.visitor()
    prediction = await store(visitor, make, 3)
    await say(curator, prediction, 3)
    assert await read_states(curator, prediction) == ["trusted"]


async def test_a_drawing_that_is_named_twice_is_suspected_once(installation, make):
    curator = await installation.curator()
    prediction = await store(curator, make, 3)
    assert await send(curator, suspect(prediction), suspect(prediction, suggested="not_a_digit")) == (1, 1)


async def test_the_audit_says_who_suspected_how_many_labels(installation, make):
    curator = await installation.curator("ada")
    await send(curator, suspect(await store(curator, make, 3)))
    [entry] = (await curator.get("/v1/audit")).json()["entries"]
    assert (entry["who"], entry["action"]) == ("curator ada", "suspect_labels")
    assert entry["details"] == {"model": "cnn/1", "labels": 1}


async def test_requests_at_once_leave_the_labels_of_one_of_them(installation, make):
    curator = await installation.curator()
    predictions = [await store(curator, make, 3) for _ in range(6)]
    halves = predictions[:3], predictions[3:]
    await asyncio.gather(*(send(curator, *map(suspect, halves[number % 2])) for number in range(8)))
    states = await read_states(curator, *predictions)
    assert sorted((states[:3], states[3:])) == [["suspected"] * 3, ["trusted"] * 3]


@pytest.mark.parametrize(
    "changes",
    [{"label": 10}, {"suggested": None}, {"probability": 1.5}, {"id": "7"}, {"more": 1}],
)
async def test_a_malformed_suspicion_is_refused(installation, make, changes):
    curator = await installation.curator()
    body = {"model": {"name": "cnn", "version": "1"}, "suspected": [suspect(make.id()) | changes]}
    answer = await curator.put("/v1/suspected-labels", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


async def test_only_the_newest_labels_are_streamed_if_asked_for(installation, make):
    curator = await installation.curator()
    predictions = [await store(curator, make, 3) for _ in range(5)]
    for newest in (1, 4, 5, 9):
        assert list(await read_lines(curator, newest=newest)) == predictions[-newest:]
    assert (await curator.get("/v1/labelled-drawings", params={"newest": 0})).status_code == 422


async def test_of_many_wrong_labels_only_the_first_is_described(installation):
    wrong = {"model": {"name": "cnn", "version": "1"}, "suspected": [{"a": 1}, {"a": 1}]}
    answer = await (await installation.curator()).put("/v1/suspected-labels", json=wrong)
    assert answer.status_code == 422
    assert "suspected.0" in answer.text
    with pytest.raises(ValidationError) as raised:  # describing 50,000 takes 20 seconds
        SuspectedLabels.model_validate(wrong)
    assert {error["loc"][:2] for error in raised.value.errors()} == {("suspected", 0)}


SAID_BY = ("owner", "labelled_by", "known_at")


async def take_back(caller, prediction: str, label, before) -> None:
    body = {"digit": before, "instead_of": label}
    answer = await caller.put(f"/v1/predictions/{prediction}/label", json=body)
    assert (answer.status_code, answer.json()["label"]) == (200, before)


@pytest.mark.parametrize("giver", ["curator", "visitor"])
@pytest.mark.parametrize("label", [3, 8, "not_a_digit"])
async def test_an_answer_that_a_curator_took_back_is_no_review(installation, make, label, giver):
    curator, visitor = await installation.curator(), await installation.visitor()
    prediction = await store(visitor, make)
    await say({"curator": curator, "visitor": visitor}[giver], prediction, 3)
    await send(curator, suspect(prediction))
    before = (await read_lines(curator))[prediction]
    for _ in range(2):
        await say(curator, prediction, label)
        for _ in range(2):  # a client may send every request twice
            await take_back(curator, prediction, label, before=3)
        line = (await read_lines(curator))[prediction]
        assert (line["label"], line["suspected"], line["reviewed"]) == (3, True, False)
        assert [line[name] for name in SAID_BY] == [before[name] for name in SAID_BY]
        assert list(await suggested(curator)) == [prediction]
    await say(curator, prediction, label)
    assert await read_states(curator, prediction) == ["reviewed"]


async def suggested(caller) -> dict[str, str]:
    answer = await caller.get("/v1/label-suggestions")
    return {one["id"]: one["kind"] for one in answer.json()["suggestions"]}
