"""Asks a model version for one request: small drawings in the short lane, everything else in the long lane."""

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

import structlog

from services.inference.drawing import DrawingSource
from services.inference.http.dependencies import Admitted, Service
from services.inference.inside.plain_network import check_is_plain
from services.inference.lanes.short_predictor import QuickRequest
from services.inference.prediction import Answer
from services.inference.questions import (
    DrawingQuestion,
    ExplanationQuestion,
    InsideQuestion,
    PageQuestion,
    Question,
)
from services.inference.recogniser import Recogniser
from shared.recognition.errors import TakesLongError
from shared.web.problems import ProblemError

A = TypeVar("A")
logger = structlog.get_logger(__name__)

# A larger body goes to the long lane unparsed. A quick picture of 64 KiB has 85 KiB as base64.
SHORT_LANE_BYTES = 96 * 1024


@dataclass(frozen=True)
class Asker:
    """One request: who asks which model version, with the lanes that answer."""

    service: Service
    caller: str
    recogniser: Recogniser

    async def predict(self, source: DrawingSource) -> Answer:
        """Predict one drawing. DrawingError, RequestValidationError, ProblemError `overloaded`.

        The version in shadow may look at it later.
        """
        answer = await self._predict(source)
        self.service.shadow.offer(self.recogniser, answer)
        return answer

    async def predict_and_explain(self, source: DrawingSource) -> bytes:
        """Predict one drawing → a message Explanation. The errors of `predict`."""
        answer = await self.predict(source)
        return _add_saliency(answer, await self.ask(ExplanationQuestion(answer.prepared.image, answer.digit)))

    async def look_inside(self, source: DrawingSource) -> bytes:
        """Predict and explain one drawing, and look at every layer → a message Inside. The errors of `predict`.

        ProblemError `invalid_request` for a network that is not a row of layers.
        """
        check_is_plain(self.recogniser.manifest)
        answer = await self.predict(source)
        saliency, inside = await self.ask(InsideQuestion(answer.prepared.image, answer.digit))
        return _add_saliency(answer, saliency)[:-1] + b"," + inside[1:]

    async def predict_and_try_to_explain(self, source: DrawingSource) -> bytes:
        """Predict one drawing → a message Prediction. Its saliency is null if the long lane is busy or fails."""
        answer, patience_s = await self.predict(source), self.service.bounds.explain_patience_s
        saliency = b"null"
        if self.service.long_lane.load.expected_wait_s < patience_s / 2:
            try:
                with suppress(TimeoutError, ProblemError):
                    async with asyncio.timeout(patience_s):
                        saliency = await self.ask(ExplanationQuestion(answer.prepared.image, answer.digit))
            except Exception:
                logger.exception("explanation_failed", model_version=self.recogniser.manifest.reference)
        return _add_saliency(answer, saliency)

    async def read_page(self, question: PageQuestion) -> bytes:
        """Read a page → a message PageReading. ReaderUnavailableError, and the errors of `ask`."""
        await self.service.catalog.readers.get()
        return await self.ask(question)

    async def ask(self, question: Question[A]) -> A:
        """Ask the long lane, with the reader network that is in use. ProblemError `overloaded`, and the question's own.

        The exceptions of a question are those of its `answer`.
        """
        lane = self.service.long_lane
        self.service.refusals.check_room(lane.load, self.caller)
        reader = await self.service.catalog.readers.find()
        return await lane.ask(self.caller, self.recogniser.manifest.reference, question, reader)

    async def _predict(self, source: DrawingSource) -> Answer:
        if source.size_bytes <= SHORT_LANE_BYTES:
            request = QuickRequest(source, self.recogniser)
            try:
                answer = await self.service.short_lane.submit(self.caller, request)
            except TakesLongError:
                pass
            else:
                self.service.metrics.short_lane_seconds.observe(time.perf_counter() - request.received)
                return answer
        return await self.ask(DrawingQuestion(source))


async def make_asker(admitted: Admitted, model: str | None) -> Asker:
    """`model` is `name` or `name/version`; None is the default model. ModelVersionError if it can't be loaded."""
    return Asker(admitted.service, admitted.caller, await admitted.service.catalog.get(model))


def _add_saliency(answer: Answer, saliency: bytes) -> bytes:
    return answer.json[:-1] + b',"saliency":' + saliency + b"}"
