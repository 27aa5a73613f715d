"""Receives a JSON body, and refuses one whose values would take far more memory than its bytes.

The characters that begin values are counted while the body arrives. So such a body is refused early, and the rest of it
is not read.
"""

from collections import Counter
from collections.abc import Mapping

from fastapi import HTTPException, Request

TOO_MANY_VALUES = "body: The JSON has too many values."


async def receive_json(request: Request, most: Mapping[bytes, int]) -> bytes:
    """The body. HTTPException 422 if it has more of a character than `most` allows.

    FastAPI passes on no other type of error from the reading of a body.
    """
    counts: Counter[bytes] = Counter()
    parts: list[bytes] = []
    async for part in request.stream():
        for character, limit in most.items():
            counts[character] += part.count(character)
            if counts[character] > limit:
                raise HTTPException(422, TOO_MANY_VALUES)
        parts.append(part)
    return b"".join(parts)
