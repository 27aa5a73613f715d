"""JSON whose values would take far more memory than its bytes is refused while it arrives."""

import json
from collections.abc import Sequence

import pytest
from fastapi import HTTPException, Request
from starlette.types import Message

from services.inference.http.json_values import receive_drawings

IMAGE = [[0] * 28] * 28


class Arriving:
    """A body that arrives in parts. `taken` counts those that were read."""

    def __init__(self, parts: Sequence[bytes]) -> None:
        self.parts = parts
        self.taken = 0

    async def receive(self) -> Message:
        self.taken += 1
        return {"type": "http.request", "body": self.parts[self.taken - 1], "more_body": self.taken < len(self.parts)}

    @property
    def request(self) -> Request:
        return Request({"type": "http", "method": "POST", "headers": []}, self.receive)


@pytest.mark.parametrize("images", [1, 1000])
@pytest.mark.parametrize("entry", [IMAGE, "iVBO"])
async def test_as_many_images_as_allowed_are_received(images: int, entry: object) -> None:
    body = json.dumps({"images": [entry] * images}).encode()
    assert await receive_drawings(Arriving([body[:1000], body[1000:]]).request, images) == body


@pytest.mark.parametrize("value", [b'"a":0,', b"[", b"[],", b"{},", b'"",'])
async def test_too_many_values_are_refused_before_the_rest_is_read(value: bytes) -> None:
    arriving = Arriving([value * 300] * 100)
    with pytest.raises(HTTPException) as refused:
        await receive_drawings(arriving.request, 1)
    assert refused.value.status_code == 422
    assert arriving.taken == 1
