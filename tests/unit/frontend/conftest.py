"""An outbox that writes to a storage in memory."""

import base64
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

import pytest

from services.frontend.saving.outbox import Outbox
from shared.clients.service import RefusedError, ServiceUnavailableError
from shared.contracts.message import ModelVersion
from shared.contracts.problem import Problem
from shared.contracts.storage import PredictionToStore, TrueDigit


@pytest.fixture(autouse=True)
def restore_main_module() -> Iterator[None]:
    """Streamlit's AppTest leaves its script as `__main__`, which a process that a later test spawns would run."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main


@dataclass
class FakeBrowser:
    """What the browser of an AppTest sends with its WebSocket, with the attributes of Streamlit's ClientContext."""

    headers: list[tuple[str, str]] = field(default_factory=list)
    cookies: dict[str, str] = field(default_factory=dict)
    remote_ip: str | None = None


@pytest.fixture(autouse=True)
def client(monkeypatch: pytest.MonkeyPatch) -> FakeBrowser:
    """AppTest has a mock in place of the browser, whose cookies and headers are mocks too."""
    browser = FakeBrowser()
    monkeypatch.setattr("streamlit.runtime.context._get_client_context", lambda: browser)
    return browser


def a_prediction(digit: int = 7, drawing: bytes = b"png") -> PredictionToStore:
    return PredictionToStore(
        digit=digit,
        confidence=1,
        probabilities=[float(other == digit) for other in range(10)],
        digit_score=1,
        model=ModelVersion(name="cnn", version="1"),
        drawing=base64.b64encode(drawing),
    )


class FakeStorage:
    """Storage in memory. It can be away, and it can refuse predictions."""

    def __init__(self) -> None:
        self.available = threading.Event()
        self.available.set()
        self.refused: set[UUID] = set()
        self.expired: set[str | None] = set()  # keys whose tokens are not valid any more
        self.powerless: set[str | None] = set()  # keys whose tokens have too few rights
        self.unknown: set[str] = set()  # methods whose requests it does not understand, because it is older
        self.predictions: dict[UUID, PredictionToStore] = {}
        self.deleted: set[UUID] = set()
        self.labels: dict[UUID, TrueDigit] = {}
        self.writes: list[tuple[str, UUID, str | None]] = []  # method, prediction, key

    def put_prediction(self, prediction_id: UUID, prediction: PredictionToStore, *, key: str | None = None) -> None:
        self._answer("put_prediction", prediction_id, key)
        if prediction_id in self.deleted:
            raise RefusedError(Problem(type="x", title="Gone", status=410, code="deleted", detail="deleted"))
        if self.predictions.get(prediction_id, prediction).drawing != prediction.drawing:
            raise RefusedError(Problem(type="x", title="Conflict", status=409, code="conflict", detail="other drawing"))
        self.predictions[prediction_id] = prediction

    def delete_prediction(self, prediction_id: UUID, *, unlabelled_only: bool = False, key: str | None = None) -> None:
        self._answer("delete_prediction", prediction_id, key)
        if not (unlabelled_only and prediction_id in self.labels):
            self.predictions.pop(prediction_id, None)
            self.labels.pop(prediction_id, None)
            self.deleted.add(prediction_id)

    def put_label(
        self,
        prediction_id: UUID,
        digit: TrueDigit,
        *,
        instead_of: TrueDigit | None = None,
        key: str | None = None,
    ) -> None:
        self._answer("put_label" if instead_of is None else "take_label_back", prediction_id, key)
        self.labels[prediction_id] = digit

    def delete_label(self, prediction_id: UUID, *, key: str | None = None) -> None:
        self._answer("delete_label", prediction_id, key)
        self.labels.pop(prediction_id, None)

    def _answer(self, method: str, prediction_id: UUID, key: str | None) -> None:
        if not self.available.is_set():
            raise ServiceUnavailableError("away")
        if key in self.expired:
            raise RefusedError(Problem(type="x", title="", status=401, code="unauthorised", detail="expired"))
        if key in self.powerless:
            raise RefusedError(Problem(type="x", title="", status=403, code="forbidden", detail="lacks the right"))
        if method in self.unknown:
            raise RefusedError(Problem(type="x", title="", status=422, code="invalid_request", detail="an extra field"))
        if prediction_id in self.refused:
            raise RefusedError(Problem(type="x", title="Conflict", status=409, code="conflict", detail="taken"))
        self.writes.append((method, prediction_id, key))


@pytest.fixture
def storage() -> FakeStorage:
    return FakeStorage()


@pytest.fixture
def outbox(storage: FakeStorage) -> Iterator[Outbox]:
    box = Outbox(storage, max_unsaved=10, retry_s=0.01)
    yield box
    box.close()
