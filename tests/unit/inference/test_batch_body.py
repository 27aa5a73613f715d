"""Images that are sent as bytes reach an engine in memory that it may use directly."""

import numpy as np
from starlette.requests import Request
from starlette.types import Message

from services.inference.http.batch_body import BYTES_PER_IMAGE, IMAGES_PER_CHUNK, stream_images


async def test_each_chunk_of_images_has_its_own_writable_memory() -> None:
    sent = np.random.default_rng(1).integers(0, 256, (IMAGES_PER_CHUNK + 5) * BYTES_PER_IMAGE, np.uint8)
    messages: list[Message] = [{"type": "http.request", "body": part.tobytes()} for part in np.array_split(sent, 7)]
    messages[:-1] = [message | {"more_body": True} for message in messages[:-1]]

    async def receive() -> Message:
        return messages.pop(0)

    pieces = [piece async for piece in stream_images(Request({"type": "http"}, receive))]
    assert [len(piece) for piece in pieces] == [IMAGES_PER_CHUNK, 5]
    assert all(piece.flags.writeable for piece in pieces)
    assert np.concatenate(pieces).tobytes() == sent.tobytes()
