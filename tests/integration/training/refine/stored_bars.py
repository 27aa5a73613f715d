"""Puts drawings of bars and their labels into a real storage service."""

import base64
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import httpx

from tests.integration.training.refine.world import thin_bars
from tests.integration.training.test_labelled_drawings import TOKEN
from training.data.slices import enlarge


def label_bars(storage_url: str, count: int, first: int = 0) -> None:
    """Store that many drawings of bars with their labels."""
    with httpx.Client(base_url=storage_url, headers={"Authorization": f"Bearer {TOKEN}"}) as client:
        for prediction, body in make_bars(count, first):
            path = f"/v1/predictions/{prediction}"
            assert client.put(path, json=body).status_code == 201
            assert client.put(f"{path}/label", json={"digit": body["digit"]}).status_code == 200


def import_bars(storage_url: str, count: int, first: int) -> None:
    """Import that many drawings of bars, which were labelled long before any other."""
    then = {"created_at": "2026-01-01T12:00:00Z", "labelled_at": "2026-01-01T12:00:00Z"}
    rows = [
        {"id": prediction, "label": body["digit"], "source": "canvas", "rejected": False, **then, **body}
        for prediction, body in make_bars(count, first)
    ]
    with httpx.Client(base_url=storage_url, headers={"Authorization": f"Bearer {TOKEN}"}) as client:
        assert client.post("/v1/import", json={"predictions": rows}).json() == {"stored": count, "existing": 0}


def make_bars(count: int, first: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the ids and the predictions of drawings of bars, which were read rightly."""
    data = thin_bars(count, seed=first)
    for number, (image, label) in enumerate(zip(data.images, data.labels.tolist(), strict=True), start=first):
        body = {
            "digit": label,
            "confidence": 0.9,
            "probabilities": [0.1] * 10,
            "digit_score": 1,
            "model": {"name": "mlp", "version": "1"},
            "drawing": base64.b64encode(enlarge(image)).decode(),
        }
        yield str(UUID(int=number + 1, version=4)), body
