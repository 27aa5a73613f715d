"""The thread that records what the version in shadow would have answered for saved drawings."""

import base64
import io
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from uuid import UUID, uuid4

import numpy as np
import pytest
from PIL import Image

from services.frontend.saving.shadow_answers import ShadowAnswers
from shared.clients.service import RefusedError, ServiceUnavailableError
from shared.contracts.inference import BatchPredictions, ModelDescription, ModelList, Prediction
from shared.contracts.message import ModelVersion
from shared.contracts.problem import Problem
from shared.contracts.shadow import ShadowAnswerToStore

IN_USE, SHADOW = ModelVersion(name="cnn", version="1"), ModelVersion(name="cnn", version="2")
LONG_S = 30
REPLACED = RefusedError(Problem(type="x", title="", status=404, code="not_found", detail="No such prediction"))
EXPIRED = RefusedError(Problem(type="x", title="", status=401, code="unauthorised", detail="The token has expired"))


def describe(model: ModelVersion) -> ModelDescription:
    return ModelDescription(
        name=model.name, version=model.version, current=False, created_at=datetime(2026, 11, 21, tzinfo=UTC),
        architecture="cnn", parameters=7, metrics={}, digit_score_threshold=0.5,
    )  # fmt: skip


def predict(model: ModelVersion, level: int = 9, digit: int = 3) -> Prediction:
    """A prediction of an image whose pixels all have this level."""
    file = io.BytesIO()
    Image.fromarray(np.full((28, 28), level, np.uint8)).save(file, "PNG")
    return Prediction(
        id=uuid4(), digit=digit, confidence=0.9, probabilities=[0.1] * 10, digit_score=level / 100, model=model,
        image=base64.b64encode(file.getvalue()).decode(), elapsed_ms=1,
    )  # fmt: skip


class Services:
    """Both services. The version in shadow reads a 5, and a digit score that is the level of the pixels in percent."""

    def __init__(self) -> None:
        self.shadow: ModelVersion | None = SHADOW
        self.unsaved: set[UUID] = set()
        self.refused: dict[UUID, RefusedError] = {}
        self.is_busy = False
        self.listed = 0
        self.batches: list[tuple[bytes, str | None]] = []
        self.stored: dict[UUID, tuple[ShadowAnswerToStore, str | None]] = {}
        self.changed = threading.Condition()

    def list_models(self) -> ModelList:
        with self.changed:
            self.listed += 1
            self.changed.notify_all()
        return ModelList(default=IN_USE, shadow=self.shadow, models=[describe(IN_USE), describe(SHADOW)])

    def predict_batch(self, images: bytes, model: str | None = None) -> BatchPredictions:
        with self.changed:
            self.batches.append((images, model))
            self.changed.notify_all()
        if self.is_busy:
            raise ServiceUnavailableError("busy")
        levels = images[::784]
        return BatchPredictions(predictions=[predict(SHADOW, level, digit=5) for level in levels])

    def put_shadow_answer(self, prediction_id: UUID, answer: ShadowAnswerToStore, *, key: str | None = None) -> None:
        if prediction_id in self.refused:
            raise self.refused[prediction_id]
        with self.changed:
            self.stored[prediction_id] = answer, key
            self.changed.notify_all()

    def wait_for(self, condition: Callable[[], bool]) -> None:
        with self.changed:
            assert self.changed.wait_for(condition, LONG_S)


@pytest.fixture
def services() -> Services:
    return Services()


@pytest.fixture
def answers(services: Services) -> Iterator[ShadowAnswers]:
    recorded = ShadowAnswers(services, services, lambda one: one not in services.unsaved, collect_s=0.05, known_s=0)
    yield recorded
    recorded.close()


def test_the_images_of_saved_predictions_are_asked_about_together(services: Services, answers: ShadowAnswers) -> None:
    first, second = predict(IN_USE, 90), predict(IN_USE, 20)
    answers.offer(first, "ada")
    answers.offer(second, "bob")
    services.wait_for(lambda: len(services.stored) == 2)
    assert services.batches == [(bytes([90]) * 784 + bytes([20]) * 784, "cnn/2")]
    (of_first, ada), (of_second, bob) = services.stored[first.id], services.stored[second.id]
    assert (ada, bob) == ("ada", "bob")
    assert (of_first.digit, str(of_first.model), of_first.rejected, of_second.rejected) == (5, "cnn/2", False, True)


@pytest.mark.parametrize("reason", ["other model", "not saved", "replaced before", "no image"])
def test_what_the_shadow_has_no_part_in_is_left_out(services: Services, answers: ShadowAnswers, reason: str) -> None:
    left_out = predict(SHADOW if reason == "other model" else IN_USE, 10)
    if reason == "no image":
        left_out = left_out.model_copy(update={"image": None})
    if reason == "not saved":
        services.unsaved.add(left_out.id)
    answers.offer(left_out, "ada")
    answers.offer(kept := predict(IN_USE, 90), "ada", left_out.id if reason == "replaced before" else None)
    services.wait_for(lambda: len(services.stored) == 1)
    assert [len(images) for images, _ in services.batches] == [784]
    assert set(services.stored) == {kept.id}


@pytest.mark.parametrize("refusal", [REPLACED, EXPIRED], ids=["replaced", "expired"])
def test_an_answer_that_storage_refuses_stops_no_other(
    services: Services, answers: ShadowAnswers, refusal: RefusedError
) -> None:
    answers.offer(refused := predict(IN_USE), "ada")
    services.refused[refused.id] = refusal
    answers.offer(kept := predict(IN_USE), "ada")
    services.wait_for(lambda: len(services.stored) == 1)
    assert set(services.stored) == {kept.id}


def test_a_busy_service_is_not_asked_again(services: Services, answers: ShadowAnswers) -> None:
    services.is_busy = True
    answers.offer(predict(IN_USE, 10), "ada")
    services.wait_for(lambda: len(services.batches) == 1)
    services.is_busy = False
    answers.offer(predict(IN_USE, 90), "ada")
    services.wait_for(lambda: len(services.stored) == 1)
    assert [images[0] for images, _ in services.batches] == [10, 90]


def test_without_a_version_in_shadow_nobody_is_asked(services: Services, answers: ShadowAnswers) -> None:
    services.shadow = None
    answers.offer(predict(IN_USE), "ada")
    services.wait_for(lambda: services.listed == 1)
    answers.close()
    assert services.batches == []


def test_an_image_that_is_broken_ends_nothing(services: Services, answers: ShadowAnswers) -> None:
    answers.offer(predict(IN_USE).model_copy(update={"image": "AAAA"}), "ada")
    services.wait_for(lambda: services.listed == 1)
    answers.offer(predict(IN_USE), "ada")
    services.wait_for(lambda: len(services.stored) == 1)
