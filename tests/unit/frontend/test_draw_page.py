"""The Draw page while a service hangs: the page has a drawing, and shows its answer without waiting for storage."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from fastapi import FastAPI, Request, Response
from streamlit.testing.v1 import AppTest

from services.frontend import connections, explanation_pause
from services.frontend.connections import connect, fetch_statistics, get_digit_score_threshold, refresh_rights
from services.frontend.elements.answer_details import COLOURS, LATER
from services.frontend.saving.outbox import Delivery
from services.frontend.session.chosen_model import KEY as MODEL_KEY
from services.frontend.session.draw_state import KEY, DrawState
from services.frontend.session.sheet import PEN_WIDTH, Strokes
from services.frontend.views.api.example_drawing import draw_example
from services.frontend.views.draw.asking import AT_ONCE, find_places
from services.frontend.views.draw.number import choose_size, number_details_html, number_html
from services.frontend.views.draw.recent import get_snapshots
from services.frontend.views.draw.status import NUMBER_UNSAVED
from services.frontend.views.draw.truth import KEY as TRUTH_KEY
from services.frontend.views.draw.truth import NUMBER_QUESTION
from shared.clients.patience import Patience
from shared.contracts.access import VisitorToken
from shared.contracts.inference import ModelDescription, ModelList, Prediction
from shared.contracts.message import ModelVersion
from shared.contracts.page import PageReading
from tests.e2e.hand import FOUR, ONE, SEVEN
from tests.integration.clients.listening import listening
from tests.unit.clients.page_readings import a_reading
from tests.unit.frontend.test_answer import a_prediction
from tests.unit.frontend.test_draw_strokes import drawing

PAGE = Path(__file__).parents[3] / "services/frontend/views/draw/page.py"
LONG_S = 30.0
A_MODEL_LIST = ModelList(
    default=ModelVersion(name="cnn", version="1"),
    models=[
        ModelDescription(
            name="cnn",
            version="1",
            current=True,
            created_at=datetime(2026, 11, 21, tzinfo=UTC),
            architecture="cnn",
            parameters=7,
            metrics={},
            digit_score_threshold=0.5,
        )
    ],
)
MAP = [[0.5] * 28 for _ in range(28)]


class Services:
    """Both services behind one address. While `storage_answers` is not set, every request to storage waits.

    `predicted` are the queries of the requests for a prediction, `pages` counts those for a page.
    """

    def __init__(self) -> None:
        self.storage_answers = threading.Event()
        self.inference_is_ready = True
        self.listed = A_MODEL_LIST
        self.saliency: list[list[float]] | None = MAP
        self.unanswered = 0
        self.predicted: list[dict[str, str]] = []
        self.while_predicting: Callable[[], object] = lambda: None
        self.prediction = a_prediction(7, 0.99)
        self.reading: PageReading = a_reading("42")
        self.pages = 0

    def make_app(self) -> FastAPI:
        app = FastAPI()

        @app.get("/readyz")
        def ready() -> Response:
            return Response(status_code=200 if self.inference_is_ready else 503)

        @app.post("/v1/predict")
        def predict(request: Request) -> Prediction:
            self.predicted.append(dict(request.query_params))
            self.while_predicting()
            return self.prediction.model_copy(update={"saliency": self.saliency})

        @app.post("/v1/read")
        def read() -> PageReading:
            self.pages += 1
            return self.reading

        @app.get("/v1/models")
        def list_models() -> ModelList:
            return self.listed

        @app.post("/v1/visitors")
        def issue_token() -> VisitorToken:
            assert self.storage_answers.wait(LONG_S)
            return VisitorToken(token="a.visitor", visitor=uuid4(), expires_at=datetime(2030, 1, 1, tzinfo=UTC))

        @app.api_route("/v1/{path:path}", methods=["GET", "PUT"])
        def store(path: str) -> Response:
            self.unanswered += 1
            assert self.storage_answers.wait(LONG_S)
            self.unanswered -= 1
            return Response(status_code=200)

        return app


@pytest.fixture
def services(monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    services = Services()
    cached = (connect, get_snapshots, fetch_statistics, refresh_rights)
    monkeypatch.setattr(connections, "PATIENCE", Patience(read_timeout_s=2 * LONG_S, retry_for_s=0))
    with listening(services.make_app()) as address:
        monkeypatch.setenv("FRONTEND_STORAGE_URL", address)
        monkeypatch.setenv("FRONTEND_INFERENCE_URL", address)
        for each in cached:
            each.clear()
        yield services
        services.storage_answers.set()
        get_snapshots().close()
        connect().close()
        for each in cached:
            each.clear()


def open_with_a_drawing(strokes: Strokes | None = None, model: str | None = None) -> AppTest:
    page = AppTest.from_file(PAGE, default_timeout=LONG_S / 2)  # a run that waits for storage fails here
    page.session_state[KEY] = DrawState(drawing=draw_example(), strokes=strokes or [])
    if model:
        page.session_state[MODEL_KEY] = model
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


def test_a_version_that_inference_does_not_list_yet_is_asked_about_again(services: Services) -> None:
    new = ModelVersion(name="cnn", version="of-this-moment")
    assert get_digit_score_threshold(new) == 0
    (model,) = A_MODEL_LIST.models
    services.listed = A_MODEL_LIST.model_copy(
        update={"models": [model, model.model_copy(update={"version": new.version})]}
    )
    assert get_digit_score_threshold(new) == model.digit_score_threshold


def test_a_scribble_is_rejected_although_inference_does_not_list_the_version_that_read_it(services: Services) -> None:
    """As while copies of inference are replaced one by one, and an older one is asked for its models."""
    services.prediction = a_prediction(7, 0.99, digit_score=0.1).model_copy(
        update={"model": ModelVersion(name="cnn", version="newer"), "digit_score_threshold": 0.5}
    )
    services.storage_answers.set()
    assert "This does not look like a digit" in html_of(open_with_a_drawing())


def test_a_browser_that_only_gets_the_second_run_has_the_controls_as_they_are(services: Services) -> None:
    services.storage_answers.set()
    page = open_with_a_drawing()
    page.run()
    assert list(page.slider(key="pen_width").proto.default) == [PEN_WIDTH]
    assert all(page.toggle(key=key).proto.default for key in ("live", "keys"))


def test_one_stroke_is_one_request_to_inference(services: Services) -> None:
    page = open_with_a_drawing()
    assert services.predicted == [{"explain": "true"}]
    assert 'data-explained="true"' in html_of(page)


def test_a_late_answer_does_not_count_for_the_drawing_that_undo_has_put_in_its_place(services: Services) -> None:
    state = DrawState(drawing=draw_example())
    services.while_predicting = lambda: setattr(state, "drawing", None)  # as a later run does while this one waits
    page = AppTest.from_file(PAGE, default_timeout=LONG_S / 2)
    page.session_state[KEY] = state
    page.run()
    assert len(services.predicted) == 1
    assert state.predicted is None
    assert 'data-digit="7" data-id' not in html_of(page)


APART = drawing(ONE, SEVEN, scale=0.45)
TOGETHER = drawing(FOUR)


def test_strokes_that_stand_apart_are_read_as_a_number_with_one_request(services: Services) -> None:
    page = open_with_a_drawing(APART)
    assert 'data-text="42"' in html_of(page)
    assert (services.pages, services.predicted) == (1, [])
    assert NUMBER_UNSAVED in html_of(page)
    page.run()
    assert services.pages == 1


def test_right_labels_the_drawing_as_it_was_read_and_takes_that_back(services: Services) -> None:
    page = open_with_a_drawing()
    state = page.session_state[KEY]
    assert page.button("feedback-right").label == "Right"
    page.button("feedback-right").click().run()
    assert (state.predicted.label, "Saving as 7…" in html_of(page)) == (7, True)
    page.button("feedback-right").click().run()
    assert state.predicted.label is None


def test_right_says_of_a_rejected_drawing_that_it_is_not_a_digit(services: Services) -> None:
    services.prediction = a_prediction(7, 0.99, digit_score=0.1)
    page = open_with_a_drawing()
    assert 'data-rejected="true"' in html_of(page)
    page.button("feedback-right").click().run()
    assert page.session_state[KEY].predicted.label == "not_a_digit"


def test_there_is_nothing_to_say_about_an_empty_canvas(services: Services) -> None:
    page = AppTest.from_file(PAGE, default_timeout=LONG_S / 2).run()
    labels = ("right", *range(10), "not_a_digit")
    assert all(page.button(f"feedback-{label}").disabled for label in labels)
    assert "hint" in html_of(page)


def test_a_label_clears_the_canvas_for_the_next_drawing_if_that_is_wished(services: Services) -> None:
    page = open_with_a_drawing()
    page.toggle("then-clear").set_value(True).run()
    labelled = page.session_state[KEY].predicted
    page.button("feedback-3").click().run()
    state = page.session_state[KEY]
    assert (state.drawing, state.predicted, labelled.label) == (None, None, 3)
    assert labelled.handed_over
    assert 'data-testid="empty"' in html_of(page)
    assert "Saving as 3…" in html_of(page)
    services.storage_answers.set()
    assert connect().outbox.wait(labelled.prediction.id, LONG_S) is Delivery.SAVED
    page.run()
    assert "Saved as 3" in html_of(page)


def test_all_right_labels_every_digit_of_a_number(services: Services) -> None:
    page = open_with_a_drawing(APART)
    assert page.button("feedback-right").label == "All right"
    page.button("feedback-right").click().run()
    assert "Saving as 4 2…" in html_of(page)
    assert sorted(page.session_state[KEY].labelled.values()) == [True, True]


def test_the_true_digits_of_a_number_are_typed_one_after_the_other(services: Services) -> None:
    page = open_with_a_drawing(APART)
    page.button("feedback-4").click().run()
    assert f"{NUMBER_QUESTION} <b>4 _</b>" in html_of(page)
    assert page.session_state[KEY].labelled == {}
    page.button("feedback-7").click().run()
    assert "Saving as 4 7…" in html_of(page)
    assert list(page.session_state[KEY].labelled.values()) == [True, False]


def test_a_number_keeps_its_labels_when_the_page_is_loaded_again(services: Services) -> None:
    page = open_with_a_drawing(APART)
    page.button("feedback-right").click().run()
    entries = page.session_state[KEY].number_entries
    assert [entry.label for entry in entries] == [4, 2]
    again = AppTest.from_file(PAGE, default_timeout=LONG_S / 2)
    again.session_state[KEY] = DrawState(drawing=draw_example(), strokes=APART, number_entries=entries)
    again.run()
    assert f"{NUMBER_QUESTION} <b>4 2</b>" in html_of(again)
    assert again.session_state[KEY].number_entries == entries
    again.button("feedback-right").click().run()  # takes the labels back
    assert f"{NUMBER_QUESTION} <b>_ _</b>" in html_of(again)
    assert again.session_state[KEY].number_entries == []


def test_a_number_whose_labels_were_taken_back_counts_once_in_the_accuracy(services: Services) -> None:
    page = open_with_a_drawing(APART)
    state = page.session_state[KEY]
    for counted in (2, 0, 2):
        page.button("feedback-right").click().run()
        assert list(state.labelled.values()) == counted * [True]
    state.drawing, state.number = b"more", None  # a stroke, whose answer has come
    truth = page.session_state[TRUTH_KEY]
    page.run()
    assert (state.labelled, truth.said) == ({}, None)


@pytest.mark.parametrize("then_clear", [False, True])
def test_undo_after_clear_brings_a_number_back_with_what_storage_has_of_it(
    services: Services, *, then_clear: bool
) -> None:
    page = open_with_a_drawing(APART)
    page.toggle("then-clear").set_value(then_clear).run()
    page.button("feedback-right").click().run()
    state = page.session_state[KEY]
    ids = set(state.labelled)
    if not then_clear:
        page.button("clear").click().run()
    assert state.drawing is None
    page.button("undo").click().run()
    assert f"{NUMBER_QUESTION} <b>4 2</b>" in html_of(page)
    assert {entry.id for entry in state.number_entries} == set(state.labelled) == ids
    page.button("feedback-right").click().run()  # takes the labels back
    assert (state.labelled, state.number_entries) == ({}, [])


def test_a_digit_of_several_strokes_is_still_one_request(services: Services) -> None:
    page = open_with_a_drawing(TOGETHER)
    assert 'data-digit="7" data-id' in html_of(page)
    assert (services.pages, len(services.predicted)) == (0, 1)


@pytest.mark.parametrize("lines", [[], ["7"]])
def test_strokes_that_stand_apart_but_are_not_several_digits_are_one_drawing(
    services: Services, lines: list[str]
) -> None:
    services.reading = a_reading(*lines)
    page = open_with_a_drawing(APART)
    assert 'data-digit="7" data-id' in html_of(page)
    assert (services.pages, len(services.predicted)) == (1, 1)


def test_a_rejected_drawing_of_several_strokes_may_be_digits_that_touch(services: Services) -> None:
    services.prediction = a_prediction(7, 0.99, digit_score=0.1)
    assert 'data-text="42"' in html_of(open_with_a_drawing(TOGETHER))
    assert (services.pages, len(services.predicted)) == (1, 1)
    assert 'data-digit="7" data-id' in html_of(open_with_a_drawing(TOGETHER[:1]))  # one stroke is never asked twice
    assert services.pages == 1


def test_a_rejected_drawing_in_which_no_digits_are_found_stays_rejected(services: Services) -> None:
    services.prediction = a_prediction(7, 0.99, digit_score=0.1)
    scribbles = [each.model_copy(update={"prediction": services.prediction}) for each in services.reading.digits]
    services.reading = services.reading.model_copy(update={"digits": scribbles})
    assert "This does not look like a digit" in html_of(open_with_a_drawing(TOGETHER))


def test_a_model_of_another_provider_reads_no_numbers(services: Services) -> None:
    page = open_with_a_drawing(APART, model="openai/reader")
    assert 'data-digit="7" data-id' in html_of(page)
    assert services.pages == 0


def test_a_number_says_which_digits_are_doubtful() -> None:
    sure, doubtful = a_reading("19,95", "7"), a_reading("71", confidence=0.8)
    assert "<b>Sure</b>" in number_html(sure, 0.5)
    assert ">19,95<br>7</div>" in number_html(sure, 0.5)
    assert "<b>Not sure about 7 and 1</b>" in number_html(doubtful, 0.5)
    assert "64.0% confident" in number_html(doubtful, 0.5)


def test_a_number_shows_no_digit_where_one_was_rejected() -> None:
    reading = a_reading("712")
    scribble = reading.digits[1].prediction.model_copy(update={"digit_score": 0.1})
    digits = [reading.digits[0], reading.digits[1].model_copy(update={"prediction": scribble}), reading.digits[2]]
    reading = reading.model_copy(update={"digits": digits})
    assert 'data-text="7?2"' in number_html(reading, 0.5)
    assert "<b>1 of 3 does not look like a digit</b>" in number_html(reading, 0.5)
    assert "%" not in number_html(reading, 0.5)
    assert "<b>?</b> nearest 1" in number_details_html(reading, 0.5)


@pytest.mark.parametrize(("lines", "size"), [(["12"], "large"), (["19,95"], "middle"), (["1", "2"], "small")])
def test_a_longer_number_has_smaller_digits(lines: list[str], size: str) -> None:
    assert choose_size(lines) == size


def test_without_a_saliency_map_the_answer_is_shown_and_the_next_request_asks_for_none(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(explanation_pause, "PAUSE_S", 1000 * LONG_S)  # so that it does not end on a busy machine
    services.saliency = None
    page = open_with_a_drawing()
    assert 'data-digit="7" data-id' in html_of(page)
    assert 'data-explained="false"' in html_of(page)
    open_with_a_drawing()
    assert services.predicted == [{"explain": "true"}, {}]


def test_a_saliency_map_that_was_missing_comes_with_a_later_request(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(explanation_pause, "PAUSE_S", 1000 * LONG_S)
    services.saliency = None
    page = open_with_a_drawing()
    assert (LATER in html_of(page), COLOURS in html_of(page)) == (True, False)
    services.saliency = MAP
    monkeypatch.setattr(explanation_pause, "PAUSE_S", 0.0)
    connect().explanation_pause.begin()  # one that ends at once
    page.run()
    assert (LATER in html_of(page), COLOURS in html_of(page)) == (False, True)
    asked = len(services.predicted)
    page.run()
    assert len(services.predicted) == asked


def test_who_would_wait_for_the_readings_of_others_gets_the_answer_for_one_digit(services: Services) -> None:
    taken = [find_places().acquire(blocking=False) for _ in range(AT_ONCE)]
    page = open_with_a_drawing(APART)
    for _ in taken:
        find_places().release()
    assert all(taken)
    assert 'data-digit="7" data-id' in html_of(page)
    assert services.pages == 0
    assert 'data-text="42"' in html_of(open_with_a_drawing(APART))


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
