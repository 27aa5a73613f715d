"""Answers the drawings of one batch request, in their order, without letting other callers wait for the whole batch."""

import asyncio
from collections.abc import AsyncIterator, Sequence

from services.inference.drawing import DrawingSource
from services.inference.http.dependencies import Batcher
from services.inference.http.error_handlers import make_entry_problem
from services.inference.prediction import DrawingRequest, ImagesRequest
from services.inference.recogniser import Recogniser
from shared.recognition.normalisation import Images

MAX_QUEUED = 48  # drawings of one request in the queue; below Bounds.min_queued_images, so that others are not refused


async def answer_images(chunks: AsyncIterator[Images], recogniser: Recogniser, batcher: Batcher) -> list[bytes]:
    """Predict each chunk of images while the next one arrives. Returns JSON, several predictions per chunk."""
    answers: list[bytes] = []
    before: asyncio.Task[bytes] | None = None
    async for images in chunks:
        now = asyncio.create_task(batcher.submit(ImagesRequest(images, recogniser)))
        if before:
            answers.append(await before)
        before = now
    return [*answers, await before] if before else answers


async def answer_drawings(drawings: Sequence[DrawingSource], recogniser: Recogniser, batcher: Batcher) -> list[bytes]:
    """Predict each drawing. Returns JSON: a prediction, or the problem of a drawing that can't be read."""
    queue_slots = asyncio.Semaphore(MAX_QUEUED)

    async def answer(drawing: DrawingSource) -> bytes:
        async with queue_slots:
            try:
                return await batcher.submit(DrawingRequest(drawing, recogniser))
            except Exception as error:  # noqa: BLE001  make_entry_problem logs unexpected ones
                return make_entry_problem(error).model_dump_json(exclude_none=True).encode()

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(answer(drawing)) for drawing in drawings]
    return [task.result() for task in tasks]
