"""What versions in shadow answered: stored beside predictions, compared with them and with their labels."""

from typing import Any

import asyncpg
import httpx
import pytest

from services.storage.queries import shadow
from shared.contracts.shadow import ShadowComparison

NEW = {"name": "cnn", "version": "2"}
PATH = "/v1/predictions/{}/shadow-answer"


def an_answer(digit: int = 3, *, rejected: bool = False, model: Any = NEW) -> dict[str, Any]:
    return {"digit": digit, "confidence": 0.75, "digit_score": 0.5, "rejected": rejected, "model": model}


async def put_answer(caller: httpx.AsyncClient, prediction_id: str, answer: dict[str, Any]) -> int:
    return (await caller.put(PATH.format(prediction_id), json=answer)).status_code


async def compare(caller: httpx.AsyncClient, model: str = "cnn/2") -> ShadowComparison:
    answered = await caller.get("/v1/shadow", params={"model": model})
    assert answered.status_code == 200, answered.text
    return ShadowComparison.model_validate_json(answered.content)


async def store_of(caller: httpx.AsyncClient, make: Any, **changes: Any) -> str:
    """Stores a prediction as this caller → its id."""
    prediction_id: str = make.id()
    assert (await caller.put(f"/v1/predictions/{prediction_id}", json=make.body(**changes))).status_code == 201
    return prediction_id


async def test_both_agree_if_they_show_the_same_digit_or_reject_both(client, store):
    for digit, rejected, shadow_digit, shadow_rejected in [
        (3, False, 3, False), (3, True, 5, True), (3, False, 5, False), (3, True, 3, False), (3, False, 3, True),
    ]:  # fmt: skip
        stored = await store(digit=digit, rejected=rejected)
        answer = an_answer(shadow_digit, rejected=shadow_rejected)
        assert await put_answer(client, stored["id"], answer) == 204
    compared = await compare(client)
    assert (compared.answered, compared.agreed, len(compared.disagreements)) == (5, 2, 3)


async def test_labels_say_which_of_both_was_right(client, store):
    for label, digit, shadow_digit in [(3, 3, 3), (3, 3, 5), (5, 3, 5), (5, 3, 5), (7, 3, 5), (None, 3, 5)]:
        stored = await store(label, digit=digit, rejected=False)
        await put_answer(client, stored["id"], an_answer(shadow_digit))
    compared = await compare(client)
    assert (compared.labelled, compared.right, compared.shadow_right) == (5, 2, 3)
    assert (compared.only_right, compared.only_shadow_right) == (1, 2)


async def test_to_reject_what_is_not_a_digit_is_right(client, store):
    stored = await store(digit=3, rejected=False)
    await put_answer(client, stored["id"], an_answer(3, rejected=True))
    await client.put(f"/v1/predictions/{stored['id']}/label", json={"digit": "not_a_digit"})
    compared = await compare(client)
    assert (compared.right, compared.shadow_right, compared.only_shadow_right) == (0, 1, 1)


async def test_a_label_that_comes_later_is_counted(client, store):
    stored = await store(digit=3, rejected=False)
    await put_answer(client, stored["id"], an_answer(5))
    assert (await compare(client)).labelled == 0
    await client.put(f"/v1/predictions/{stored['id']}/label", json={"digit": 5})
    assert (await compare(client)).only_shadow_right == 1


async def test_the_newest_disagreements_come_with_both_answers(client, store, monkeypatch):
    monkeypatch.setattr(shadow, "DISAGREEMENTS", shadow.DISAGREEMENTS.replace(f"LIMIT {shadow.SHOWN}", "LIMIT 2"))
    ids = []
    for _ in range(3):
        stored = await store(digit=3, rejected=False)
        await put_answer(client, stored["id"], an_answer(5))
        ids.append(stored["id"])
    newest = (await compare(client)).disagreements
    assert [str(each.prediction.id) for each in newest] == [ids[2], ids[1]]
    assert newest[0].prediction.digit == 3
    assert (newest[0].shadow.digit, newest[0].shadow.confidence, newest[0].shadow.digit_score) == (5, 0.75, 0.5)


async def test_each_version_is_compared_by_its_own_answers(client, store):
    stored = await store(digit=3, rejected=False)
    other = {"name": "mlp", "version": "a/b"}
    assert await put_answer(client, stored["id"], an_answer(3)) == 204
    assert await put_answer(client, stored["id"], an_answer(5, model=other)) == 204
    assert ((await compare(client)).agreed, (await compare(client, "mlp/a/b")).agreed) == (1, 0)
    assert (await compare(client, "mlp/1")).answered == 0


async def test_the_first_answer_of_a_version_stays(client, store):
    stored = await store(digit=3, rejected=False)
    for digit in (5, 5, 3):
        assert await put_answer(client, stored["id"], an_answer(digit)) == 204
    compared = await compare(client)
    assert (compared.answered, compared.agreed) == (1, 0)


async def test_a_deleted_prediction_leaves_no_answer_behind(client, store, database_url):
    stored = await store()
    await put_answer(client, stored["id"], an_answer())
    await client.delete(f"/v1/predictions/{stored['id']}")
    connection = await asyncpg.connect(database_url)
    try:
        assert await connection.fetchval("SELECT count(*) FROM shadow_answers") == 0
    finally:
        await connection.close()
    assert await put_answer(client, stored["id"], an_answer()) == 404


async def test_only_the_newest_answers_are_counted(client, store, monkeypatch):
    for name in ("COUNT", "DISAGREEMENTS"):
        monkeypatch.setattr(shadow, name, getattr(shadow, name).replace(str(shadow.COUNTED), "2"))
    for number in range(1, 4):
        await put_answer(client, (await store(digit=3, rejected=False))["id"], an_answer(5))
        compared = await compare(client)
        assert (compared.answered, compared.more) == (min(number, 2), number >= 2)
    assert len(compared.disagreements) == 2


async def test_only_ones_own_predictions_get_answers(install, make):
    installation = await install(visitors_see="history")
    owner, stranger, curator = await installation.visitor(), await installation.visitor(), await installation.curator()
    prediction_id = await store_of(owner, make)
    assert await put_answer(stranger, prediction_id, an_answer()) == 403
    assert await put_answer(owner, prediction_id, an_answer()) == 204
    assert await put_answer(curator, prediction_id, an_answer(model={"name": "cnn", "version": "3"})) == 204


async def test_a_prediction_that_is_not_seen_does_not_exist(install, make):
    installation = await install(visitors_see="totals")
    prediction_id = await store_of(await installation.visitor(), make)
    assert await put_answer(await installation.visitor(), prediction_id, an_answer()) == 404


@pytest.mark.parametrize(("setting", "counted", "shown"), [("nothing", 0, 0), ("totals", 1, 0), ("history", 1, 1)])
async def test_a_stranger_counts_and_sees_what_the_setting_says(install, make, setting, counted, shown):
    installation = await install(visitors_see=setting)
    owner, stranger, curator = await installation.visitor(), await installation.visitor(), await installation.curator()
    prediction_id = await store_of(owner, make, digit=3, rejected=False)
    await put_answer(owner, prediction_id, an_answer(5))
    seen = await compare(stranger)
    assert (seen.answered, len(seen.disagreements)) == (counted, shown)
    for caller in (owner, curator):
        seen = await compare(caller)
        assert (seen.answered, len(seen.disagreements)) == (1, 1)
        assert seen.disagreements[0].prediction.mine == (caller is owner)


@pytest.mark.parametrize("model", ["", "cnn", "/2", "cnn/", "cnn/2\n", "x" * 130])
async def test_only_a_whole_version_is_compared(client, model):
    answered = await client.get("/v1/shadow", params={"model": model})
    assert (answered.status_code, answered.json()["code"]) == (422, "invalid_request")


@pytest.mark.parametrize("change", [{"digit": 10}, {"confidence": 1.1}, {"rejected": 1}, {"model": "cnn"}, {"more": 1}])
async def test_a_malformed_answer_is_refused(client, store, change):
    stored = await store()
    assert await put_answer(client, stored["id"], an_answer() | change) == 422


async def test_a_comparison_reads_no_more_rows_than_it_counts(database_url):
    """The plan finds the answers and their predictions by indexes."""
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute("SET enable_seqscan = off")
        for query in (shadow.COUNT, shadow.DISAGREEMENTS):
            plan = "\n".join(
                row[0] for row in await connection.fetch(f"EXPLAIN {query}".replace("$3", "NULL"), "cnn", "2")
            )
            assert "Index Scan Backward using shadow_answers_version" in plan or "Sort" in plan  # few rows are sorted
            assert "Nested Loop" in plan
            assert "Seq Scan" not in plan
    finally:
        await connection.close()
