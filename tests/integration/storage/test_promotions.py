"""A curator gets a ticket for a change of the version in use, and the audit says who and why."""

import time

import pytest

from shared.promotion_ticket import LIFE_S, verify_ticket

KEY = "a key of the two services"
WISH = {"action": "promote", "name": "cnn", "version": "2", "why": "reads sevens", "objections_seen": ["letters: -1"]}


async def read_audit(installation) -> list[dict]:
    curator = await installation.curator("reader")
    return (await curator.get("/v1/audit")).json()["entries"]


async def test_a_curator_gets_a_ticket_that_says_what_was_asked_for(install):
    installation = await install(promotion_key=KEY)
    answer = await (await installation.curator("ada")).post("/v1/promotions", json=WISH)
    assert answer.status_code == 201
    claims = verify_ticket(answer.json()["ticket"], KEY, time.time())
    assert claims.who == "curator ada"
    assert claims.model_dump(include=set(WISH)) == WISH
    assert 0 < claims.expires_at - time.time() <= LIFE_S
    [entry] = await read_audit(installation)
    assert (entry["who"], entry["action"]) == ("curator ada", "promotion_allowed")
    assert entry["details"] == {
        "action": "promote",
        "model": "cnn/2",
        "why": "reads sevens",
        "objections": "letters: -1",
    }


async def test_each_ticket_is_another_one(install):
    curator = await (await install(promotion_key=KEY)).curator()
    tickets = [(await curator.post("/v1/promotions", json=WISH)).json()["ticket"] for _ in range(2)]
    assert len({verify_ticket(ticket, KEY, time.time()).id for ticket in tickets}) == 2


@pytest.mark.parametrize("scopes", [("read",), ("read", "write", "label"), ("visitors",)])
async def test_nobody_else_gets_one(install, scopes):
    installation = await install(promotion_key=KEY)
    answer = await (await installation.named("tester", *scopes)).post("/v1/promotions", json=WISH)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert await read_audit(installation) == []


async def test_a_visitor_gets_none(install):
    answer = await (await (await install(promotion_key=KEY)).visitor()).post("/v1/promotions", json=WISH)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_without_the_key_the_command_is_named_and_nothing_is_noted(install):
    installation = await install()
    answer = await (await installation.curator()).post("/v1/promotions", json=WISH)
    assert (answer.status_code, answer.json()["code"]) == (409, "not_configured")
    assert "python -m training.promotion" in answer.json()["detail"]
    assert await read_audit(installation) == []


async def test_what_the_command_has_done_is_noted_without_a_key_and_without_a_ticket(install):
    installation = await install()
    lab = await installation.named("lab", "curate")
    answer = await lab.post("/v1/promotions", json={**WISH, "done": True, "who": "Ada"})
    assert (answer.status_code, answer.json()) == (201, {"ticket": None, "expires_at": None})
    [entry] = await read_audit(installation)
    assert (entry["who"], entry["action"], entry["details"]["who"]) == ("token lab", "promotion_done", "Ada")


@pytest.mark.parametrize(
    "change",
    [
        *[{"why": ""}, {"why": " \n"}, {"why": "a\x00"}, {"who": "Ada"}],
        *[{"name": "../cnn"}, {"version": ""}, {"action": "delete"}, {"objections_seen": ["x" * 501]}],
    ],
)
async def test_a_wish_without_a_reason_or_with_a_wrong_name_is_invalid(install, change):
    answer = await (await (await install(promotion_key=KEY)).curator()).post("/v1/promotions", json={**WISH, **change})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
