"""The real inference app with the model versions of this repository, and drawings to send to it."""

import io
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from PIL import Image, ImageDraw

from services.inference.app import create_app
from services.inference.bounds import DEFAULT_BOUNDS, Bounds
from services.inference.settings import Settings
from shared.recognition.model_version import READER
from tests.tiny_reader import write_tiny_reader

MODELS = Path(__file__).parents[3] / "models"


@pytest.fixture(scope="module")
async def client() -> AsyncIterator[httpx.AsyncClient]:
    """One app for all tests of a file, because its worker process needs seconds to start."""
    async for ready in serve(Settings(models_dir=MODELS)):
        yield ready


@pytest.fixture
async def fresh_client() -> AsyncIterator[httpx.AsyncClient]:
    """An app that nobody has asked yet."""
    async for ready in serve(Settings(models_dir=MODELS)):
        yield ready


@pytest.fixture(scope="session")
def models_with_reader(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped model versions beside a reader network with random weights, which finds marks in random places."""
    models = tmp_path_factory.mktemp("models")
    for shipped in MODELS.iterdir():
        if shipped.name != READER:
            (models / shipped.name).symlink_to(shipped)
    write_tiny_reader(models, "1", eagerness=4)
    return models


@pytest.fixture(scope="module")
async def page_client(models_with_reader: Path) -> AsyncIterator[httpx.AsyncClient]:
    """An app that answers questions about pages, with random numbers."""
    async for ready in serve(Settings(models_dir=models_with_reader)):
        yield ready


async def serve(settings: Settings, bounds: Bounds = DEFAULT_BOUNDS) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(settings, bounds)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app, raise_app_exceptions=False), base_url="http://localhost"
        ) as c,
    ):
        yield c


def seven(width: int = 280, *, paper: str = "white", ink: str = "black") -> Image.Image:
    picture = Image.new("RGB", (width, width), paper)
    points = [(0.3, 0.25), (0.7, 0.25), (0.45, 0.8)]
    ImageDraw.Draw(picture).line(
        [(x * width, y * width) for x, y in points], fill=ink, width=width // 14, joint="curve"
    )
    return picture


def encode(picture: Image.Image, file_format: str = "PNG") -> bytes:
    file = io.BytesIO()
    picture.save(file, file_format)
    return file.getvalue()
