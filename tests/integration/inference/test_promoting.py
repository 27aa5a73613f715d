"""A ticket changes which version answers, once, soon and for what it names; no request is lost by that."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.inference.settings import Settings
from shared.contracts.promotion import PromotionRequest, TicketClaims, shorten_objections
from shared.promotion_ticket import LEEWAY_S, LIFE_S, sign_ticket
from shared.recognition.journal import append_event, read_journal
from shared.recognition.model_version import GRAPH, read_current, read_default, set_current
from tests.integration.inference.conftest import encode, serve, seven
from tests.written_versions import write_copies

KEY = "a key of the two services"
PNG = {"Content-Type": "image/png"}
PICTURE = encode(seven())


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """cnn/1 and cnn/2, of which 1 is in use, and other/1; they are all the same small network."""
    write_copies(tmp_path, "cnn", "1", "2")
    write_copies(tmp_path, "other", "1")
    return tmp_path


@pytest.fixture
async def client(models: Path) -> AsyncIterator[httpx.AsyncClient]:
    async for ready in serve(Settings(models_dir=models, promotion_key=KEY)):
        yield ready


def a_ticket(action: str = "promote", name: str = "cnn", version: str = "2", key: str = KEY, **changes: Any) -> str:
    claims = {
        "id": uuid4(),
        "action": action,
        "name": name,
        "version": version,
        "who": "curator ada",
        "why": "reads sevens with a bar",
        "objections_seen": [],
        "expires_at": int(time.time()) + LIFE_S,
    }
    return sign_ticket(TicketClaims.model_validate(claims | changes), key)


async def use(client: httpx.AsyncClient, ticket: str, path: str = "/v1/models/cnn/current") -> httpx.Response:
    return await client.put(path, json={"ticket": ticket})


async def read(client: httpx.AsyncClient) -> str:
    model = (await client.post("/v1/predict", content=PICTURE, headers=PNG)).json()["model"]
    return f"{model['name']}/{model['version']}"


async def refusal(client: httpx.AsyncClient, ticket: str, path: str = "/v1/models/cnn/current") -> str:
    answer = await use(client, ticket, path)
    assert answer.status_code >= 400
    code: str = answer.json()["code"]
    return code


async def test_a_ticket_puts_a_version_in_use_and_the_journal_says_who_and_why(
    client: httpx.AsyncClient, models: Path
) -> None:
    assert await read(client) == "cnn/1"
    answer = await use(client, a_ticket())
    assert (answer.status_code, answer.json()) == (200, {"name": "cnn", "version": "2", "before": "1"})
    assert await read(client) == "cnn/2"
    [entry] = read_journal(models, "cnn")
    assert (entry.event, entry.version, entry.who, entry.why) == (
        "promoted",
        "2",
        "curator ada",
        "reads sevens with a bar",
    )


async def test_the_version_in_use_is_described(client: httpx.AsyncClient) -> None:
    await use(client, a_ticket())
    described = (await client.get("/v1/models/cnn/current")).json()
    assert (described["name"], described["version"], described["current"]) == ("cnn", "2", True)
    assert described == (await client.get("/v1/models/cnn/2")).json()
    assert (await client.get("/v1/models/nobody/current")).status_code == 404


async def test_a_ticket_leads_back_to_the_version_before(client: httpx.AsyncClient, models: Path) -> None:
    await use(client, a_ticket())
    assert (await use(client, a_ticket("roll_back", version="1"))).status_code == 200
    assert await read(client) == "cnn/1"
    assert [entry.event for entry in read_journal(models, "cnn")] == ["promoted", "rolled_back"]
    assert await refusal(client, a_ticket("roll_back", version="2")) == "conflict"  # it was taken back


async def test_a_ticket_is_used_once(client: httpx.AsyncClient, models: Path) -> None:
    ticket = a_ticket()
    await use(client, ticket)
    await use(client, a_ticket("roll_back", version="1"))
    assert await refusal(client, ticket) == "conflict"
    assert read_current(models, "cnn") == "1"


@asynccontextmanager
async def two_copies(models: Path) -> AsyncIterator[list[httpx.AsyncClient]]:
    """Two copies of the service on the same folder."""
    settings = Settings(models_dir=models, promotion_key=KEY)
    copies = [serve(settings), serve(settings)]
    yield [await anext(copy) for copy in copies]
    for copy in copies:
        async for _ in copy:
            pass


async def test_two_copies_of_the_service_accept_a_ticket_once_together(models: Path) -> None:
    ticket = a_ticket()
    async with two_copies(models) as copies:
        answers = await asyncio.gather(*[use(copy, ticket) for copy in copies])
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert [entry.event for entry in read_journal(models, "cnn")] == ["promoted"]


async def test_the_other_copies_use_the_version_soon(models: Path) -> None:
    async with two_copies(models) as (first, second):
        assert await read(second) == "cnn/1"
        await use(first, a_ticket())
        async with asyncio.timeout(30):  # it takes a second or two; a busy machine takes longer
            while await read(second) != "cnn/2":  # noqa: ASYNC110
                await asyncio.sleep(0.05)


WRONG_TICKETS: dict[str, Callable[[], str]] = {
    "foreign": lambda: a_ticket(key="a key of somebody else"),
    "old": lambda: a_ticket(expires_at=int(time.time()) - LEEWAY_S - 1),
    "valid for too long": lambda: a_ticket(expires_at=int(time.time()) + 10 * LIFE_S),
    "of another model": lambda: a_ticket(name="other", version="1"),
    "for the default": lambda: a_ticket("make_default"),
    "with another signature": lambda: a_ticket().partition(".")[0] + "." + a_ticket(version="1").partition(".")[2],
    "with other claims": lambda: a_ticket(version="1").partition(".")[0] + "." + a_ticket().partition(".")[2],
    "no ticket": lambda: "no ticket",
    "not ASCII": lambda: "é.é",
}


@pytest.mark.parametrize("kind", WRONG_TICKETS)
async def test_a_wrong_ticket_changes_nothing(client: httpx.AsyncClient, models: Path, kind: str) -> None:
    assert await refusal(client, WRONG_TICKETS[kind]()) == "forbidden"
    assert read_current(models, "cnn") == "1"
    assert read_journal(models, "cnn") == []


async def test_a_body_without_a_ticket_is_invalid(client: httpx.AsyncClient) -> None:
    for body in ({}, {"ticket": ""}, {"ticket": 7}, {"ticket": "x", "more": 1}, []):
        answer = await client.put("/v1/models/cnn/current", json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


async def test_objections_that_the_curator_has_not_seen_stop_the_promotion(
    client: httpx.AsyncClient, models: Path
) -> None:
    objection = "scribbles: -3.10 points against cnn/1"
    write_copies(models, "cnn", "3", objections=(objection,))
    assert await refusal(client, a_ticket(version="3")) == "conflict"
    assert (await use(client, a_ticket(version="3", objections_seen=[objection]))).status_code == 200
    assert (await client.get("/v1/models/cnn/3")).json()["objections"] == [objection]


async def test_very_many_long_objections_can_be_seen_and_promoted_all_the_same(
    client: httpx.AsyncClient, models: Path
) -> None:
    write_copies(models, "cnn", "3", objections=tuple(f"{number}: {'x' * 600}" for number in range(150)))
    seen = shorten_objections((await client.get("/v1/models/cnn/3")).json()["objections"])
    wish = PromotionRequest(action="promote", name="cnn", version="3", why="tried", objections_seen=seen)
    assert seen[-1] == "and 51 more objections"
    assert await refusal(client, a_ticket(version="3", objections_seen=seen[:-1])) == "conflict"
    assert (await use(client, a_ticket(version="3", objections_seen=wish.objections_seen))).status_code == 200


async def test_a_version_that_cannot_be_loaded_is_not_put_in_use(client: httpx.AsyncClient, models: Path) -> None:
    (models / "cnn" / "2" / GRAPH).write_bytes(b"half a graph")
    assert await refusal(client, a_ticket()) == "unknown_model"
    assert await refusal(client, a_ticket(version="9")) == "unknown_model"
    assert read_current(models, "cnn") == "1"
    assert await read(client) == "cnn/1"


async def test_without_the_key_the_command_is_named(models: Path) -> None:
    async for client in serve(Settings(models_dir=models)):
        answer = await use(client, a_ticket())
        assert (answer.status_code, answer.json()["code"]) == (409, "not_configured")
        assert "python -m training.promotion" in answer.json()["detail"]


async def test_with_a_folder_that_is_only_read_the_command_is_named(
    client: httpx.AsyncClient, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("shared.recognition.promotion.open_journal", refuse)  # root may write to every folder
    answer = await use(client, a_ticket())
    assert (answer.status_code, answer.json()["code"]) == (409, "not_configured")
    assert "python -m training.promotion" in answer.json()["detail"]
    assert read_current(models, "cnn") == "1"


async def test_a_ticket_chooses_the_default_model(client: httpx.AsyncClient, models: Path) -> None:
    path = "/v1/default-model"
    assert await refusal(client, a_ticket(), path) == "forbidden"
    assert await refusal(client, a_ticket("make_default", "nobody", "1"), path) == "unknown_model"
    answer = await use(client, a_ticket("make_default", "other", "1"), path)
    assert (answer.status_code, answer.json()) == (200, {"name": "other", "version": "1", "before": None})
    assert await read(client) == "other/1"
    assert read_default(models) == "other"


async def test_the_setting_wins_over_the_chosen_default(models: Path) -> None:
    async for client in serve(Settings(models_dir=models, promotion_key=KEY, default_model="cnn/2")):
        assert await refusal(client, a_ticket("make_default", "other", "1"), "/v1/default-model") == "conflict"
        assert await read(client) == "cnn/2"


async def test_the_journal_is_read_newest_first_without_names_of_people(
    client: httpx.AsyncClient, models: Path
) -> None:
    append_event(models, "cnn", "held_back", version="2", why="scribbles: -3.10 points")
    await use(client, a_ticket())
    journal = (await client.get("/v1/models/cnn/journal")).json()
    assert (journal["current"], journal["version_before"], journal["by_ticket"]) == ("2", "1", True)
    assert [(event["event"], event["version"], event["why"]) for event in journal["events"]] == [
        ("promoted", "2", "reads sevens with a bar"),
        ("held_back", "2", "scribbles: -3.10 points"),
    ]
    assert "ada" not in str(journal)
    limited = (await client.get("/v1/models/cnn/journal", params={"limit": 1})).json()
    assert [event["event"] for event in limited["events"]] == ["promoted"]
    assert (await client.get("/v1/models/nobody/journal")).status_code == 404


async def test_promoting_and_going_back_under_load_loses_no_request(client: httpx.AsyncClient) -> None:
    """Both versions are the same network, so an answer of a half-loaded version would be another one."""
    expected = (await client.post("/v1/predict", content=PICTURE, headers=PNG)).json()["probabilities"]
    seen: list[str] = []
    done = asyncio.Event()

    async def ask() -> None:
        while not done.is_set():
            answer = await client.post("/v1/predict", content=PICTURE, headers=PNG)
            assert answer.status_code == 200, answer.text
            assert answer.json()["probabilities"] == expected
            seen.append(answer.json()["model"]["version"])

    async with asyncio.TaskGroup() as group:
        for _ in range(4):
            group.create_task(ask())
        for _ in range(5):
            assert (await use(client, a_ticket())).status_code == 200
            await wait_until_seen(seen, "2")
            assert (await use(client, a_ticket("roll_back", version="1"))).status_code == 200
            await wait_until_seen(seen, "1")
        done.set()
    assert set(seen) == {"1", "2"}


async def wait_until_seen(seen: list[str], version: str) -> None:
    begin = len(seen)
    async with asyncio.timeout(30):
        while version not in seen[begin:]:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_the_default_stays_when_its_file_is_broken(client: httpx.AsyncClient, models: Path) -> None:
    await use(client, a_ticket("make_default", "other", "1"), "/v1/default-model")
    (models / "default").write_bytes(b"\xff")
    await use(client, a_ticket())  # which reads the folder again
    assert await read(client) == "other/1"


async def test_a_default_that_is_named_in_the_folder_answers_from_the_start(models: Path) -> None:
    (models / "default").write_text("other\n")
    set_current(models, "other", "1")
    async for client in serve(Settings(models_dir=models)):
        assert await read(client) == "other/1"
