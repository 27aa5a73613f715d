"""Images that arrive as bytes, as an engine gets them."""

import numpy as np
from starlette.requests import Request
from starlette.types import Message

from services.inference.http.batch_body import BYTES_AN_IMAGE, IMAGES_A_PIECE, stream_images


async def test_images_are_in_memory_of_their_own_that_torch_may_take_over() -> None:
    sent = np.random.default_rng(1).integers(0, 256, (IMAGES_A_PIECE + 5) * BYTES_AN_IMAGE, np.uint8)
    messages: list[Message] = [{"type": "http.request", "body": part.tobytes()} for part in np.array_split(sent, 7)]
    messages[:-1] = [message | {"more_body": True} for message in messages[:-1]]

    async def receive() -> Message:
        return messages.pop(0)

    pieces = [piece async for piece in stream_images(Request({"type": "http"}, receive))]
    assert [len(piece) for piece in pieces] == [IMAGES_A_PIECE, 5]
    assert all(piece.flags.writeable for piece in pieces)
    assert np.concatenate(pieces).tobytes() == sent.tobytes()
