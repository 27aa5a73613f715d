"""The Draw page while a service hangs: the page has a drawing, and shows its answer without waiting for storage."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI, Request, Response
from streamlit.testing.v1 import AppTest

from services.frontend import connections
from services.frontend.connections import connect, get_statistics
from services.frontend.saving.outbox import Delivery
from services.frontend.session.draw_state import KEY, DrawState
from services.frontend.views.api.example_drawing import draw_example
from services.frontend.views.draw.recent import get_snapshot
from shared.clients.patience import Patience
from shared.contracts.inference import Prediction
from tests.integration.clients.listening import listening
from tests.unit.frontend.test_answer import a_prediction

PAGE = Path(__file__).parents[3] / "services/frontend/views/draw/page.py"
LONG_S = 30.0
MAP = [[0.5] * 28 for _ in range(28)]


class Services:
    """Both services behind one address. While `storage_answers` is not set, every request to storage waits.

    `predicted` are the queries of the requests for a prediction.
    """

    def __init__(self) -> None:
        self.storage_answers = threading.Event()
        self.inference_is_ready = True
        self.saliency: list[list[float]] | None = MAP
        self.unanswered = 0
        self.predicted: list[dict[str, str]] = []

    def make_app(self) -> FastAPI:
        app = FastAPI()

        @app.get("/readyz")
        def ready() -> Response:
            return Response(status_code=200 if self.inference_is_ready else 503)

        @app.post("/v1/predict")
        def predict(request: Request) -> Prediction:
            self.predicted.append(dict(request.query_params))
            return a_prediction(7, 0.99).model_copy(update={"saliency": self.saliency})

        @app.api_route("/v1/{path:path}", methods=["GET", "PUT"])
        def store(path: str) -> Response:
            if path != "models":
                self.unanswered += 1
                assert self.storage_answers.wait(LONG_S)
                self.unanswered -= 1
            return Response(status_code=200)

        return app


@pytest.fixture
def services(monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    services = Services()
    cached = (connect, get_snapshot, get_statistics)
    monkeypatch.setattr(connections, "PATIENCE", Patience(read_timeout_s=2 * LONG_S, retry_for_s=0))
    with listening(services.make_app()) as address:
        monkeypatch.setenv("FRONTEND_STORAGE_URL", address)
        monkeypatch.setenv("FRONTEND_INFERENCE_URL", address)
        for each in cached:
            each.clear()
        yield services
        services.storage_answers.set()
        get_snapshot().close()
        connect().close()
        for each in cached:
            each.clear()


def open_with_a_drawing() -> AppTest:
    page = AppTest.from_file(PAGE, default_timeout=LONG_S / 2)  # a run that waits for storage fails here
    page.session_state[KEY] = DrawState(drawing=draw_example())
    page.run()
    assert not page.exception
    return page


def html_of(page: AppTest) -> str:
    return "".join(element.proto.body for element in page.get("html"))


def test_the_answer_is_shown_while_storage_has_answered_nothing_and_saved_later(services: Services) -> None:
    page = open_with_a_drawing()
    assert 'data-digit="7" data-id' in html_of(page)
    assert "Saving…" in html_of(page)
    assert 'data-saved="false"' in html_of(page)
    assert services.unanswered > 0
    services.storage_answers.set()
    assert connect().outbox.wait(a_prediction(7, 0.99).id, LONG_S) is Delivery.SAVED
    page.run()
    assert 'data-saved="true"' in html_of(page)


def test_one_stroke_is_one_request_to_inference(services: Services) -> None:
    page = open_with_a_drawing()
    assert services.predicted == [{"explain": "true"}]
    assert 'data-explained="true"' in html_of(page)


def test_without_a_saliency_map_the_answer_is_shown_and_the_next_request_asks_for_none(services: Services) -> None:
    services.saliency = None
    page = open_with_a_drawing()
    assert 'data-digit="7" data-id' in html_of(page)
    assert 'data-explained="false"' in html_of(page)
    open_with_a_drawing()
    assert services.predicted == [{"explain": "true"}, {}]


def test_a_drawing_is_not_sent_to_a_recogniser_that_is_known_to_be_away(services: Services) -> None:
    services.inference_is_ready = False
    connect().inference_watch.ask_now()
    page = open_with_a_drawing()
    assert "The recogniser can&#x27;t be reached" in html_of(page)
    assert services.predicted == []
    services.inference_is_ready = True
    connect().inference_watch.ask_now()
    page.run()
    assert 'data-digit="7" data-id' in html_of(page)
