"""Sign-in with the local curator's password, and how often it may be tried."""

import asyncio
from uuid import uuid4

import httpx
import pytest

from services.storage.access.passwords import hash_password
from services.storage.access.sign_in import LIMITS
from services.storage.lanes import ACCESS
from services.storage.queries.sign_ins import AttemptLimits, begin_attempt, set_password

PASSWORD = "k3mzqp-right"
HASHED = hash_password(PASSWORD)


@pytest.fixture
async def installation(install):
    installation = await install()
    await installation.app.state.database.run(ACCESS, set_password, HASHED)
    return installation


async def sign_in(page: httpx.AsyncClient, password: str, address: str = "198.51.100.7") -> httpx.Response:
    return await page.post("/v1/sign-ins", json={"password": password, "address": address})


async def read_audit(installation) -> list[tuple[str, str, str]]:
    entries = (await (await installation.curator("reader")).get("/v1/audit")).json()["entries"]
    return [(entry["who"], entry["action"], entry["details"]["address"]) for entry in entries]


async def test_the_right_password_makes_a_curator(installation):
    answer = await sign_in(await installation.page(), PASSWORD)
    assert answer.status_code == 201
    curator = await installation.with_token(answer.json()["token"])
    assert "curate" in (await curator.get("/v1/me")).json()["scopes"]
    assert await read_audit(installation) == [("curator local", "sign_in", "198.51.100.7")]


async def test_a_wrong_password_is_refused_and_noted(installation):
    answer = await sign_in(await installation.page(), "wrong")
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorised")
    assert await read_audit(installation) == [("unknown", "sign_in_refused", "198.51.100.7")]


async def test_no_password_is_right_before_one_was_made(install):
    assert (await sign_in(await (await install()).page(), PASSWORD)).status_code == 401


async def test_after_ten_wrong_passwords_an_address_waits_even_with_the_right_one(installation):
    page = await installation.page()
    statuses = [(await sign_in(page, "wrong")).status_code for _ in range(LIMITS.from_one_address)]
    assert statuses == [401] * LIMITS.from_one_address
    refused = await sign_in(page, PASSWORD)
    assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
    assert int(refused.headers["retry-after"]) > 0
    assert (await sign_in(page, PASSWORD, "203.0.113.9")).status_code == 201


async def test_many_attempts_at_once_are_not_more_than_allowed_in_all_copies(installation, install):
    pages = [await installation.page(), await (await install()).page()]
    answers = await asyncio.gather(*(sign_in(pages[number % 2], "wrong") for number in range(24)))
    statuses = [answer.status_code for answer in answers]
    assert statuses.count(401) <= LIMITS.from_one_address
    assert set(statuses) <= {401, 429, 503}


async def test_right_passwords_are_not_counted(installation):
    page = await installation.page()
    statuses = {(await sign_in(page, PASSWORD)).status_code for _ in range(LIMITS.from_one_address + 2)}
    assert statuses == {201}


async def test_an_attempt_whose_query_runs_twice_counts_once(installation):
    limits = AttemptLimits(within_s=900, from_one_address=2, from_all=300)
    first, second, third = uuid4(), uuid4(), uuid4()
    allowed = [
        await installation.app.state.database.run(ACCESS, begin_attempt, attempt, "password", "192.0.2.1", limits)
        for attempt in (first, first, second, second, third)
    ]
    assert allowed == [True, True, True, True, False]


async def test_old_attempts_are_forgotten(installation):
    page = await installation.page()
    for _ in range(LIMITS.from_one_address):
        await sign_in(page, "wrong")
    await installation.app.state.database.run(ACCESS, _age_attempts)
    assert (await sign_in(page, PASSWORD)).status_code == 201


async def _age_attempts(connection) -> None:
    await connection.execute("UPDATE sign_in_attempts SET at = at - make_interval(secs => $1)", LIMITS.within_s)


async def test_neither_password_nor_token_is_in_the_audit(installation):
    page = await installation.page()
    token = (await sign_in(page, PASSWORD)).json()["token"]
    await sign_in(page, "a wrong secret")
    text = (await (await installation.curator()).get("/v1/audit")).text
    assert [secret for secret in (PASSWORD, token, "a wrong secret") if secret in text] == []


@pytest.mark.parametrize("body", [{}, {"password": "a", "id_token": "b"}, {"password": ""}, {"password": 1}])
async def test_a_body_without_exactly_one_proof_is_an_invalid_request(installation, body):
    answer = await (await installation.page()).post("/v1/sign-ins", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


async def test_an_id_token_is_refused_where_no_provider_is_configured(installation):
    page = await installation.page()
    assert (await page.get("/v1/me")).json()["sign_in"] == ["password"]
    assert (await page.post("/v1/sign-ins", json={"id_token": "a.b.c"})).status_code == 401
