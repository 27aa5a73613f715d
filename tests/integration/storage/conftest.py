"""The real service over a real database, an HTTP client for it, and a maker of predictions to store."""

import base64
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from services.storage.access.secret_tokens import hash_secret, make_secret
from services.storage.app import create_app
from services.storage.lanes import ACCESS
from services.storage.queries.tokens import insert_token
from services.storage.settings import Settings
from shared.contracts.access import Scope

TOKEN = "a token for tests"
PAGE_TOKEN = "the page's token for tests"
PNG = b"\x89PNG\r\n\x1a\n"
Body = dict[str, Any]
OpenClient = Callable[[str], AbstractAsyncContextManager[httpx.AsyncClient]]


@asynccontextmanager
async def _open_client(database_url: str) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(Settings(database_url=database_url, token=TOKEN))
    async with app.router.lifespan_context(app), _connect(app) as client:
        yield client


@asynccontextmanager
async def _connect(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://localhost", headers=headers
    ) as client:
        yield client


@pytest.fixture
def open_client() -> OpenClient:
    """Return a context manager that runs the app over the database at a URL and gives a client with the token."""
    return _open_client


@pytest.fixture
async def app(database_url: str) -> AsyncIterator[FastAPI]:
    app = create_app(Settings(database_url=database_url, token=TOKEN))
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
def make_settings(database_url: str) -> Callable[..., Settings]:
    """Return a function that makes settings with both fixed tokens and the given changes."""

    def make_settings(**changes: Any) -> Settings:
        return Settings(**{"database_url": database_url, "token": TOKEN, "page_token": PAGE_TOKEN, **changes})

    return make_settings


class Installation:
    """A running app, and clients for it that send the tokens of different callers."""

    def __init__(self, app: FastAPI, stack: AsyncExitStack) -> None:
        self.app = app
        self._stack = stack

    async def with_token(self, token: str | None) -> httpx.AsyncClient:
        client = await self._stack.enter_async_context(_connect(self.app))
        if token is None:
            del client.headers["Authorization"]
        else:
            client.headers["Authorization"] = f"Bearer {token}"
        return client

    async def owner(self) -> httpx.AsyncClient:
        return await self.with_token(TOKEN)

    async def page(self) -> httpx.AsyncClient:
        return await self.with_token(PAGE_TOKEN)

    async def visitor(self) -> httpx.AsyncClient:
        answer = await (await self.page()).post("/v1/visitors", json={})
        return await self.with_token(answer.json()["token"])

    async def curator(self, name: str = "ada@example.org") -> httpx.AsyncClient:
        signer = await self.app.state.authenticator.read_signer()
        return await self.with_token(signer.sign_curator(name).text)

    async def named(self, name: str, *scopes: str) -> httpx.AsyncClient:
        secret = make_secret()
        scopes_of = cast("frozenset[Scope]", frozenset(scopes))
        await self.app.state.database.run(ACCESS, insert_token, name, hash_secret(secret), scopes_of)
        self.forget_tokens()
        return await self.with_token(secret)

    def forget_tokens(self) -> None:
        """Make the app read its tokens again, as it does by itself after three seconds."""
        self.app.state.authenticator._known = None


Install = Callable[..., Awaitable[Installation]]


@pytest.fixture
async def install(make_settings: Callable[..., Settings]) -> AsyncIterator[Install]:
    """Return a function that starts an installation with the given settings."""
    async with AsyncExitStack() as stack:

        async def install(**changes: Any) -> Installation:
            app = create_app(make_settings(**changes))
            await stack.enter_async_context(app.router.lifespan_context(app))
            return Installation(app, stack)

        yield install


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with _connect(app) as client:
        yield client


class PredictionMaker:
    """Makes bodies of predictions that differ in every field. They are the same in every run."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def id(self) -> str:
        return str(UUID(int=self.random.getrandbits(128), version=4))

    def drawing(self, magic: bytes = PNG) -> bytes:
        return magic + self.random.randbytes(self.random.randint(1, 4000))

    def body(self, **changes: object) -> Body:
        body: Body = {
            "digit": self.random.randint(0, 9),
            "confidence": self.random.random(),
            "probabilities": [self.random.random() for _ in range(10)],
            "digit_score": self.random.random(),
            "model": {"name": self.random.choice(["cnn", "mlp"]), "version": self.random.choice(["1", "2", "3"])},
            "drawing": base64.b64encode(self.drawing()).decode(),
            "source": self.random.choice(["canvas", "upload", "camera", "api"]),
            "created_at": self.time().isoformat(),
        }
        return body | changes

    def time(self) -> datetime:
        """Return a random time in ten days. A third are full hours, so that many predictions have the same time."""
        moment = datetime(2026, 11, 1, tzinfo=UTC) + timedelta(seconds=self.random.random() * 864_000)
        return moment.replace(minute=0, second=0, microsecond=0) if self.random.random() < 0.3 else moment


@pytest.fixture
def make() -> PredictionMaker:
    return PredictionMaker(seed=7)


Store = Callable[..., Awaitable[Body]]


@pytest.fixture
def store(client: httpx.AsyncClient, make: PredictionMaker) -> Store:
    """Return a function that stores a prediction with the given changes, labels it if asked to, → the last answer."""

    async def store(label: int | None = None, **changes: object) -> Body:
        path = f"/v1/predictions/{make.id()}"
        answer = await client.put(path, json=make.body(**changes))
        assert answer.status_code == 201, answer.text
        if label is not None:
            answer = await client.put(f"{path}/label", json={"digit": label})
            assert answer.status_code == 200, answer.text
        stored: Body = answer.json()
        return stored

    return store
