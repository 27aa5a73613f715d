"""The loads of storage, the others, and the labelled drawings that some of the loads ask for."""

import base64
import json
from collections.abc import Iterator, Sequence
from uuid import uuid4

import httpx
import numpy as np
from PIL import Image

from benchmarks.fairness.bodies import make_keys
from benchmarks.fairness.large_pictures import encode
from benchmarks.fairness.load import HELD_GROWTH_MIB, Load, list_connection_loads, make_repeating
from benchmarks.fairness.request import Request
from benchmarks.fairness.services import NO_CERTIFICATES, TOKEN
from benchmarks.fairness.slow_callers import NotReading
from benchmarks.wrk import make_drawing

AUTHORISATION = {"Authorization": f"Bearer {TOKEN}"}
JSON = {**AUTHORISATION, "Content-Type": "application/json"}
LABELLED = 400
NOISE_SIDE = 128  # pixels: a PNG of this much noise has 17 kB, so all drawings have 9 MB as base64,
# which is more than the socket buffers of Linux (4 MB) and the service hold
READERS = 10  # nearly as many as the connections that storage opens to PostgreSQL


def make_others() -> Iterator[Request]:
    """Stores a prediction, reads it, and asks for readiness, again and again."""
    body = make_prediction(make_drawing())
    while True:
        path = make_path()
        yield Request(path, body, JSON, "PUT")
        yield Request(path, headers=AUTHORISATION, method="GET")
        yield Request("/readyz", method="GET")


def make_path() -> str:
    """The path of a new prediction."""
    return f"/v1/predictions/{uuid4()}"


def make_prediction(drawing: bytes) -> bytes:
    """The body that stores a prediction."""
    prediction = {
        "digit": 3,
        "confidence": 0.91,
        "probabilities": [0.01, 0.01, 0.01, 0.91, *[0.01] * 6],
        "digit_score": 0.9,
        "model": {"name": "cnn", "version": "1"},
        "drawing": base64.b64encode(drawing).decode(),
    }
    return json.dumps(prediction).encode()


def store_labelled_drawings(url: str, count: int = LABELLED) -> None:
    """Stores and labels drawings of noise, so that /v1/labelled-drawings has a long answer."""
    noise = np.random.default_rng(0).integers(0, 256, (NOISE_SIDE, NOISE_SIDE), np.uint8)
    body = make_prediction(encode(Image.fromarray(noise), "PNG"))
    with httpx.Client(base_url=url, headers=JSON, verify=NO_CERTIFICATES) as client:
        for _ in range(count):
            path = make_path()
            client.put(path, content=body).raise_for_status()
            client.put(f"{path}/label", json={"digit": 3}).raise_for_status()


def list_storage_loads() -> Sequence[Load]:
    """All loads of storage."""
    drawings = Request("/v1/labelled-drawings", headers=AUTHORISATION, method="GET")
    put = Request(make_path(), headers=JSON, method="PUT")
    return [
        *list_connection_loads(Request("/healthz", method="GET"), put),
        make_repeating(
            "16 MB of unknown JSON keys", lambda: Request(make_path(), make_keys(), JSON, "PUT"), HELD_GROWTH_MIB
        ),
        Load(
            f"{READERS} readers of /v1/labelled-drawings that stop reading",
            lambda: NotReading(drawings, READERS),
            HELD_GROWTH_MIB,
            together=True,
        ),
    ]
