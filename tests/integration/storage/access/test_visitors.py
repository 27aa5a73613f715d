"""Tokens of visitors: made for the page, renewed for the same visitor, and never more than that."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest


async def ask(page, token: str | None = None) -> dict[str, str]:
    answer = await page.post("/v1/visitors", json={} if token is None else {"token": token})
    assert answer.status_code == 201
    made: dict[str, str] = answer.json()
    return made


async def test_each_browser_gets_an_identity_of_its_own(install):
    page = await (await install()).page()
    first, second = await ask(page), await ask(page)
    assert first["visitor"] != second["visitor"]
    lasts = datetime.fromisoformat(first["expires_at"]) - datetime.now(UTC)
    assert timedelta(days=399) < lasts <= timedelta(days=400)


async def test_an_earlier_token_keeps_its_visitor(install):
    page = await (await install()).page()
    first = await ask(page)
    renewed = await ask(page, first["token"])
    assert renewed["visitor"] == first["visitor"]
    assert renewed["expires_at"] >= first["expires_at"]


async def test_a_token_that_is_not_valid_gives_a_new_visitor(install):
    page = await (await install()).page()
    first = await ask(page)
    for wrong in ("x", first["token"][:-2], "slate_" + "a" * 43):
        assert (await ask(page, wrong))["visitor"] != first["visitor"]


async def test_the_token_of_a_curator_is_no_visitor(install):
    installation = await install()
    curator = await installation.curator()
    token = curator.headers["Authorization"].removeprefix("Bearer ")
    renewed = await installation.with_token((await ask(await installation.page(), token))["token"])
    assert "curate" not in (await renewed.get("/v1/me")).json()["scopes"]


async def test_a_visitor_stays_the_same_in_every_copy_of_storage(install, make):
    one, two = await install(), await install()
    token = (await ask(await one.page()))["token"]
    first, second = await one.with_token(token), await two.with_token(token)
    path = f"/v1/predictions/{make.id()}"
    assert (await first.put(path, json=make.body())).status_code == 201
    assert (await second.get(path)).json()["mine"] is True


async def test_copies_that_start_at_once_over_an_empty_database_accept_each_others_tokens(install):
    copies = [await install() for _ in range(3)]
    pages = [await copy.page() for copy in copies]
    tokens = [made["token"] for made in await asyncio.gather(*(ask(page) for page in pages))]
    for copy in copies:
        copy.forget_tokens()
    for copy in copies:
        assert [(await (await copy.with_token(token)).get("/v1/me")).status_code for token in tokens] == [200] * 3


@pytest.mark.parametrize(("setting", "expected"), [({}, "totals"), ({"visitors_see": "nothing"}, "nothing")])
async def test_me_tells_a_visitor_what_it_may(install, setting, expected):
    visitor = await (await install(**setting)).visitor()
    me = (await visitor.get("/v1/me")).json()
    assert (me["scopes"], me["visitors_see"]) == (["label", "read", "write"], expected)
    assert (me["owns"], me["curator"]) == (True, None)
