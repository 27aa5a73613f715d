"""Which drawings a person is asked to label: doubtful, disputed and suspected ones, and none that is settled."""

from collections import Counter

import asyncpg
import pytest

SUSPECT = """
INSERT INTO suspected_labels (prediction_id, label, suggested, probability) VALUES ($1, $2, $3, $4)
ON CONFLICT (prediction_id) DO UPDATE SET reviewed_at = NULL
"""


@pytest.fixture
async def installation(install):
    return await install(visitors_see="history")


@pytest.fixture
async def connection(database_url):
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


async def store(caller, make, confidence: float = 0.5, label: int | str | None = None, **changes) -> str:
    prediction_id = make.id()
    path = f"/v1/predictions/{prediction_id}"
    assert (await caller.put(path, json=make.body(confidence=confidence, **changes))).status_code == 201
    if label is not None:
        await say(caller, prediction_id, label)
    return prediction_id


async def say(caller, prediction_id: str, label: int | str) -> None:
    answer = await caller.put(f"/v1/predictions/{prediction_id}/label", json={"digit": label})
    assert answer.status_code == 200


async def suggest(caller, **params) -> list[dict]:
    answer = await caller.get("/v1/label-suggestions", params=params)
    assert answer.status_code == 200, answer.text
    suggestions: list[dict] = answer.json()["suggestions"]
    return suggestions


async def asked(caller, **params) -> dict[str, tuple[object, ...]]:
    """Whatever is suggested: id → why, label, suggested."""
    return {one["id"]: (one["kind"], one["label"], one["suggested"]) for one in await suggest(caller, **params)}


async def test_doubtful_drawings_without_a_label_are_asked_and_sure_or_labelled_ones_are_not(installation, make):
    visitor, curator = await installation.visitor(), await installation.curator()
    doubtful = await store(visitor, make, 0.4)
    await store(visitor, make, 0.95)
    await store(visitor, make, 0.4, label=3)
    for caller in (visitor, curator):
        assert await asked(caller) == {doubtful: ("doubtful", None, None)}


async def test_a_label_that_somebody_disputes_is_asked_until_it_is_settled(installation, make):
    owner, other, curator = await installation.visitor(), await installation.visitor(), await installation.curator()
    drawing = await store(owner, make, 0.99, label=3)
    await say(other, drawing, 3)
    assert await asked(curator) == {}
    await say(other, drawing, "not_a_digit")
    await say(other, drawing, 5)
    for caller in (owner, curator):
        assert await asked(caller) == {drawing: ("disputed", 3, 5)}
    await say(owner, drawing, 3)  # confirmed
    assert await asked(owner) == {}
    assert await asked(curator) == {drawing: ("disputed", 3, 5)}
    await say(curator, drawing, 3)
    assert await asked(curator) == {}
    await say(await installation.visitor(), drawing, 7)
    assert await asked(curator) == {drawing: ("disputed", 3, 7)}


@pytest.mark.parametrize("label", [3, 5, 8])
@pytest.mark.parametrize("who", ["owner", "curator"])
async def test_an_answer_that_was_taken_back_settles_nothing(installation, make, who, label):
    owner, other, curator = await installation.visitor(), await installation.visitor(), await installation.curator()
    drawing = await store(owner, make, 0.99, label=3)
    await say(other, drawing, 5)
    caller = {"owner": owner, "curator": curator}[who]
    history = (await caller.get(f"/v1/predictions/{drawing}/label-history")).json()
    await say(caller, drawing, label)
    for _ in range(2):  # a client may send every request twice
        body = {"digit": 3, "instead_of": label}
        assert (await caller.put(f"/v1/predictions/{drawing}/label", json=body)).json()["label"] == 3
    assert await asked(owner) == await asked(curator) == {drawing: ("disputed", 3, 5)}
    assert (await caller.get(f"/v1/predictions/{drawing}/label-history")).json() == history


async def test_nobody_takes_back_what_another_said_or_what_was_changed_since(installation, make):
    owner, other, curator = await installation.visitor(), await installation.visitor(), await installation.curator()
    drawing = await store(owner, make, 0.99, label=3)
    await say(owner, drawing, 5)
    path = f"/v1/predictions/{drawing}/label"
    for caller in (other, curator):
        assert (await caller.put(path, json={"digit": 3, "instead_of": 5})).json()["label"] == 5
    await say(curator, drawing, 8)
    assert (await owner.put(path, json={"digit": 3, "instead_of": 5})).json()["label"] == 8
    missing = await owner.put(f"/v1/predictions/{make.id()}/label", json={"digit": 3, "instead_of": 5})
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")


async def test_an_opinion_that_its_author_took_back_disputes_nothing(installation, make):
    owner, other, curator = await installation.visitor(), await installation.visitor(), await installation.curator()
    drawing = await store(owner, make, 0.99, label=3)
    await say(other, drawing, 5)
    await say(other, drawing, 3)
    assert await asked(curator) == {}


async def test_a_label_that_is_likely_wrong_is_asked_until_it_is_changed_or_confirmed(installation, make, connection):
    owner, curator = await installation.visitor(), await installation.curator()
    kept, changed = await store(owner, make, 0.99, label=3), await store(owner, make, 0.99, label=7)
    for prediction_id, label in ((kept, 3), (changed, 7)):
        await connection.execute(SUSPECT, prediction_id, label, 10, 0.01)
    expected = {kept: ("suspected", 3, "not_a_digit"), changed: ("suspected", 7, "not_a_digit")}
    assert await asked(owner) == await asked(curator) == expected
    await say(owner, changed, 1)
    assert await asked(owner) == await asked(curator) == {kept: expected[kept]}
    await say(owner, kept, 3)
    assert await asked(owner) == {}
    assert await asked(curator) == {kept: expected[kept]}
    await say(curator, kept, 3)
    assert await asked(curator) == {}


async def test_a_person_who_confirmed_a_label_is_not_asked_again_when_it_is_suspected_again(
    installation, make, connection
):
    owner = await installation.visitor()
    drawing = await store(owner, make, 0.99, label=3)
    await connection.execute(SUSPECT, drawing, 3, 5, 0.01)
    await say(owner, drawing, 3)
    await connection.execute("DELETE FROM suspected_labels")
    await connection.execute(SUSPECT, drawing, 3, 5, 0.01)
    assert await asked(owner) == {}


async def test_a_reviewed_suspicion_is_not_asked(installation, make, connection):
    owner, curator = await installation.visitor(), await installation.curator()
    drawing = await store(owner, make, 0.99, label=3)
    await connection.execute(SUSPECT, drawing, 3, 5, 0.01)
    await connection.execute("UPDATE suspected_labels SET reviewed_at = now()")
    assert await asked(owner) == await asked(curator) == {}


@pytest.mark.parametrize("setting", ["history", "totals", "nothing"])
async def test_nobody_but_a_curator_is_asked_about_the_drawings_of_others(install, make, connection, setting):
    installation = await install(visitors_see=setting)
    owner, other, curator = await installation.visitor(), await installation.visitor(), await installation.curator()
    program = await installation.named("lab", "write", "label")
    doubtful, suspected = await store(owner, make, 0.4), await store(owner, make, 0.99, label=3)
    await connection.execute(SUSPECT, suspected, 3, 5, 0.01)
    own = await store(program, make, 0.3)
    assert set(await asked(owner)) == {doubtful, suspected}
    assert await asked(other) == {}
    assert set(await asked(program)) == {own}
    assert set(await asked(curator)) == {doubtful, suspected, own}
    assert set(await asked(await installation.owner())) == {doubtful, suspected, own}


async def test_a_batch_mixes_kinds_owners_and_digits(installation, make, connection):
    many, few, curator = await installation.visitor(), await installation.visitor(), await installation.curator()
    for digit in [*[1] * 10, *range(2, 6)]:
        await store(many, make, 0.4, digit=digit)
    of_few = [await store(few, make, 0.5, digit=digit) for digit in (6, 7)]
    for _ in range(2):
        await connection.execute(SUSPECT, await store(many, make, 0.99, label=3, digit=3), 3, 5, 0.01)
    chosen = await suggest(curator)
    assert Counter(one["kind"] for one in chosen) == {"suspected": 2, "doubtful": 8}
    assert set(of_few) <= {one["id"] for one in chosen}
    digits = Counter(one["digit"] for one in chosen)
    assert set(digits) == {1, 2, 3, 4, 5, 6, 7}
    assert digits[1] <= 3


async def test_what_was_skipped_and_other_kinds_can_be_left_out(installation, make, connection):
    visitor = await installation.visitor()
    first, second = await store(visitor, make, 0.3), await store(visitor, make, 0.4)
    suspected = await store(visitor, make, 0.99, label=3)
    await connection.execute(SUSPECT, suspected, 3, 5, 0.01)
    for caller in (visitor, await installation.curator()):
        assert set(await asked(caller, skip=[first, suspected])) == {second}
        assert set(await asked(caller, kind="doubtful")) == {first, second}
        assert set(await asked(caller, kind="suspected")) == {suspected}
        assert len(await asked(caller, limit=1)) == 1
    too_many = {"skip": [make.id() for _ in range(101)]}
    for params in (too_many, {"limit": 0}, {"limit": 21}, {"kind": "x"}, {"skip": "x"}, {"owner": "x"}):
        answer = await visitor.get("/v1/label-suggestions", params=params)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


async def test_it_says_whether_the_caller_gave_the_label_and_owns_the_drawing(installation, make, connection):
    owner, curator = await installation.visitor(), await installation.curator()
    drawing = await store(owner, make, 0.99, label=3)
    await connection.execute(SUSPECT, drawing, 3, 5, 0.01)
    [mine], [theirs] = await suggest(owner), await suggest(curator)
    assert (mine["labelled_by_me"], mine["mine"]) == (True, True)
    assert (theirs["labelled_by_me"], theirs["mine"]) == (False, False)
