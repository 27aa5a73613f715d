"""The real service over a real database, an HTTP client for it, and a maker of predictions to store."""

import base64
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from services.storage.app import create_app
from services.storage.settings import Settings

TOKEN = "a token for tests"
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
