"""Answers the drawings of one batch request in their order.

The batch goes to the long lane in small parts, and only two of them wait there at a time. So other requests of the same
caller get their turn between the parts.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar

from services.inference.drawing import DrawingList, DrawingSource
from services.inference.http.asker import Asker
from services.inference.http.error_handlers import make_entry_problem
from services.inference.prediction import Answer
from services.inference.questions import DrawingsQuestion, ImagesQuestion, ListQuestion
from shared.recognition.normalisation import Images

DRAWINGS_PER_PART = 4  # few, because each of them may take long to decode

P = TypeVar("P")
A = TypeVar("A")
D = TypeVar("D", Images, tuple[DrawingSource, ...])


async def answer_images(chunks: AsyncIterator[Images], asker: Asker) -> list[bytes]:
    """Predict each chunk of images while the next ones arrive. Returns JSON, several predictions per chunk."""
    return await ask_two_at_a_time(chunks, lambda images: asker.ask(ImagesQuestion(images)))


async def answer_drawings(body: DrawingList, asker: Asker) -> list[bytes]:
    """Predict each drawing. Returns JSON: a prediction, or the problem of a drawing that can't be read."""
    drawings = await asker.ask(ListQuestion(body))
    parts = split(drawings, DRAWINGS_PER_PART)
    answers = await ask_two_at_a_time(parts, lambda part: asker.ask(DrawingsQuestion(part)))
    return [write_entry(answer) for part in answers for answer in part]


async def split(drawings: D, size: int) -> AsyncIterator[D]:
    """Yield the drawings or images in parts of `size`."""
    for start in range(0, len(drawings), size):
        yield drawings[start : start + size]


async def ask_two_at_a_time(parts: AsyncIterator[P], ask: Callable[[P], Awaitable[A]]) -> list[A]:
    """Ask about each part when the answer to the part before the last has come. Returns the answers in order.

    After an error, nothing more is asked.
    """
    asked: list[asyncio.Future[A]] = []
    try:
        async for part in parts:
            asked.append(asyncio.ensure_future(ask(part)))
            if len(asked) > 1:
                await asked[-2]
        return await asyncio.gather(*asked)
    finally:
        for each in asked[-2:]:
            each.cancel()
        await asyncio.gather(*asked[-2:], return_exceptions=True)


def write_entry(answer: Answer | Exception) -> bytes:
    """The JSON of a prediction or of its problem."""
    if isinstance(answer, Answer):
        return answer.json
    return make_entry_problem(answer).model_dump_json(exclude_none=True).encode()
