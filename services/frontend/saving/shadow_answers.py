"""Records what the version in shadow would have answered for the drawings that were just saved.

A thread asks inference about the images of several predictions at once, a moment after they were shown, and sends the
answers to storage. It does its best and no more: what can't be asked or stored at once is left out, and nobody waits.
"""

import base64
import io
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

import structlog
from PIL import Image

from shared.clients.service import RefusedError, ServiceUnavailableError
from shared.contracts.inference import BatchPredictions, ModelDescription, ModelList, Prediction
from shared.contracts.shadow import ShadowAnswerToStore

logger = structlog.get_logger(__name__)

COLLECT_S = 2.0  # after it, most of the drawings that the next stroke replaces are gone
MAX_WAITING = 100
KNOWN_S = 10.0  # how long an answer about the models counts
ANSWER_FIELDS = {"digit", "confidence", "digit_score", "model"}


class Inference(Protocol):
    """What it needs of the client of inference."""

    def list_models(self) -> ModelList:
        """Every version, and which one runs in shadow."""

    def predict_batch(self, images: bytes, model: str | None = None) -> BatchPredictions:
        """N×784 bytes of pixels → N entries. It has a lower priority than a single prediction."""


class Storage(Protocol):
    """What it needs of storage."""

    def put_shadow_answer(self, prediction_id: UUID, answer: ShadowAnswerToStore, *, key: str | None = None) -> None:
        """Stores the answer with the rights of a person."""


@dataclass(frozen=True)
class Saved:
    """A prediction with the image that the model saw, and the key of the person who drew it."""

    prediction: Prediction
    key: str

    @property
    def pixels(self) -> bytes:
        """784 bytes."""
        with Image.open(io.BytesIO(base64.b64decode(self.prediction.image or "")), formats=["PNG"]) as picture:
            return picture.convert("L").tobytes()


class ShadowAnswers:
    """One for each process. `is_saved` says whether storage has a prediction. `close` ends the thread."""

    def __init__(
        self,
        inference: Inference,
        storage: Storage,
        is_saved: Callable[[UUID], bool],
        *,
        collect_s: float = COLLECT_S,
        known_s: float = KNOWN_S,
    ) -> None:
        self._inference = inference
        self._storage = storage
        self._is_saved = is_saved
        self._collect_s = collect_s
        self._known_s = known_s
        self._listed: ModelList | None = None
        self._listed_at = 0.0  # on the clock of `time.monotonic`
        self._waiting: dict[UUID, Saved] = {}
        self._changed = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._work, name="shadow-answers", daemon=True)
        self._thread.start()

    def offer(self, prediction: Prediction, key: str, replaces: UUID | None = None) -> None:
        """Adds a prediction that was given to the outbox, in place of an earlier one of the same drawing."""
        with self._changed:
            if replaces is not None:
                self._waiting.pop(replaces, None)
            if prediction.image is not None and len(self._waiting) < MAX_WAITING:
                self._waiting[prediction.id] = Saved(prediction, key)
                self._changed.notify_all()

    def close(self) -> None:
        """Ends the thread. What waits is left out."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join()

    def _work(self) -> None:
        while waiting := self._take():
            try:
                self._record(waiting)
            except (ServiceUnavailableError, RefusedError) as error:
                logger.info("shadow_left_out", reason=str(error))
            except Exception:  # an error in one answer must not end the thread
                logger.exception("shadow_answers_failed")

    def _take(self) -> list[Saved]:
        """Waits for predictions, and a moment longer. Nothing if the thread is to end."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closing)
            if self._changed.wait_for(lambda: self._closing, self._collect_s):
                return []
            waiting, self._waiting = list(self._waiting.values()), {}
            return waiting

    def _record(self, waiting: list[Saved]) -> None:
        listed = self._list_models()
        shadow = find_shadow(listed)
        if shadow is None:
            return
        chosen = [
            one for one in waiting if one.prediction.model == listed.default and self._is_saved(one.prediction.id)
        ]
        if not chosen:
            return
        pixels = b"".join(one.pixels for one in chosen)
        answers = self._inference.predict_batch(pixels, model=shadow.reference).predictions
        for one, answer in zip(chosen, answers, strict=True):
            if isinstance(answer, Prediction):
                self._store(one, answer, shadow)

    def _store(self, one: Saved, answer: Prediction, shadow: ModelDescription) -> None:
        rejected = answer.digit_score < shadow.digit_score_threshold
        to_store = ShadowAnswerToStore(**answer.model_dump(include=ANSWER_FIELDS), rejected=rejected)
        try:
            self._storage.put_shadow_answer(one.prediction.id, to_store, key=one.key)
        except RefusedError as error:  # to this person; not_found: the next stroke may have replaced it
            if error.problem.code != "not_found":
                logger.info("shadow_left_out", prediction_id=str(one.prediction.id), reason=str(error))

    def _list_models(self) -> ModelList:
        if self._listed is None or time.monotonic() - self._listed_at >= self._known_s:
            self._listed, self._listed_at = self._inference.list_models(), time.monotonic()
        return self._listed


def find_shadow(listed: ModelList) -> ModelDescription | None:
    """The version in shadow; None if there is none."""
    return next((model for model in listed.models if model.reference == str(listed.shadow)), None)
