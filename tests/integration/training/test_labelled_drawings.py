"""Tests of loading labelled drawings over TCP from the real storage service with a real PostgreSQL."""

import asyncio
import base64
import io
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict
from uuid import UUID

import asyncpg
import httpx
import numpy as np
import pytest
import uvicorn
from PIL import Image, ImageDraw

from services.storage.app import create_app
from services.storage.settings import Settings
from training.data.labelled_drawings import load_labelled_drawings
from training.data.people_drawings import fetch_drawings
from training.errors import DataUnavailableError, UnusableRunError
from training.refine.fetch import FROZEN, freeze_drawings, load_frozen
from training.run_folder import RunFolder

TOKEN = "a token for tests"


@pytest.fixture
def storage_url(database_url: str) -> Iterator[str]:
    """Start the service in a thread, on a free port, and return its address."""
    server = uvicorn.Server(
        uvicorn.Config(create_app(Settings(database_url=database_url, token=TOKEN)), port=0, log_config=None)
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.01)
    assert server.started
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


def bar(width: int) -> str:
    """Return a PNG file with a vertical bar, as base64."""
    picture = Image.new("L", (100, 140), 255)
    ImageDraw.Draw(picture).rectangle((40, 20, 40 + width, 120), fill=0)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()


def store(client: httpx.Client, number: int, label: int | None, model: str = "cnn") -> None:
    body = {
        "digit": 1,
        "confidence": 0.9,
        "probabilities": [0.1] * 10,
        "digit_score": 1,
        "model": {"name": model, "version": "1"},
        "drawing": bar(10 + number % 10),
    }
    path = f"/v1/predictions/{UUID(int=number, version=4)}"
    assert client.put(path, json=body).status_code == 201
    if label is not None:
        assert client.put(f"{path}/label", json={"digit": label}).status_code == 200


def test_labelled_drawings_come_back_as_images_with_their_labels(storage_url):
    with httpx.Client(base_url=storage_url, headers={"Authorization": f"Bearer {TOKEN}"}) as client:
        for number in range(40):
            store(client, number, label=number % 10 if number < 30 else None)
    splits = [load_labelled_drawings(split, storage_url, TOKEN) for split in ("train", "validation", "test")]
    assert sorted(label for loaded in splits for label in loaded.labels.tolist()) == sorted([*range(10)] * 3)
    for loaded in splits:
        assert (loaded.images[:, 14, 14] > 200).all()  # the bar is in the middle of every image


def test_no_name_of_a_model_breaks_the_stream(storage_url):
    names = ["a\u2028b", "a\u2029b", "\u2028", "{}", '"', "\\n", "a\ufeff", "\U0010ffff"]
    with httpx.Client(base_url=storage_url, headers={"Authorization": f"Bearer {TOKEN}"}) as client:
        for number, name in enumerate(names):
            store(client, number, label=1, model=name)
    assert len(fetch_drawings(storage_url, TOKEN)) == len(names)


def test_a_continued_run_has_the_same_drawings(storage_url, tmp_path):
    with httpx.Client(base_url=storage_url, headers={"Authorization": f"Bearer {TOKEN}"}) as client:
        for number in range(3):
            store(client, number, label=number)
        first, run = fetch_drawings(storage_url, TOKEN), RunFolder(tmp_path)
        freeze_drawings(run, first)
        store(client, 3, label=3)
        again = load_frozen(run)
        suspected = {"id": str(UUID(int=1, version=4)), "label": 1, "suggested": 7, "probability": 0.1}
        body = {"model": {"name": "cnn", "version": "1"}, "suspected": [suspected]}
        assert client.put("/v1/suspected-labels", json=body).json() == {"stored": 1, "skipped": 0}
        later = fetch_drawings(storage_url, TOKEN)
    for name, values in asdict(first).items():
        assert (values == getattr(again, name)).all(), name
    assert first.labels.tolist() == [0, 1, 2]
    assert first.owners.tolist() == first.labelled_by.tolist() == ["", "", ""]
    assert (later.labels.tolist(), later.suspected.tolist()) == ([0, 1, 2, 3], [False, True, False, False])
    assert (np.diff(later.times) > 0).all()


def test_only_the_newest_drawings_are_fetched(storage_url):
    with httpx.Client(base_url=storage_url, headers={"Authorization": f"Bearer {TOKEN}"}) as client:
        for number in range(5):
            store(client, number, label=number)
    assert fetch_drawings(storage_url, TOKEN, newest=2).labels.tolist() == [3, 4]


def test_one_owner_with_very_many_new_labels_does_not_push_out_the_others(storage_url, database_url):
    with httpx.Client(base_url=storage_url, headers={"Authorization": f"Bearer {TOKEN}"}) as client:
        for number in range(12):
            store(client, number, label=7 if number < 3 else 3)

    async def give_to_vandal():
        connection = await asyncpg.connect(database_url)
        await connection.execute("UPDATE predictions SET owner = $1 WHERE label = 3", UUID(int=9, version=4))
        await connection.close()

    asyncio.run(give_to_vandal())
    assert fetch_drawings(storage_url, TOKEN, newest=6).labels.tolist() == [7, 7, 7, 3, 3, 3]


@pytest.mark.parametrize("content", [None, b"", b"PK half of a file"], ids=["missing", "empty", "half"])
def test_a_run_whose_drawings_are_damaged_cannot_continue(tmp_path, content):
    if content is not None:
        (tmp_path / FROZEN).write_bytes(content)
    with pytest.raises(UnusableRunError, match="is missing or damaged"):
        load_frozen(RunFolder(tmp_path))


def test_storage_refuses_another_token(storage_url):
    with pytest.raises(DataUnavailableError, match="refused the token"):
        load_labelled_drawings("train", storage_url, "another")
