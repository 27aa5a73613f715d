"""The state of the Draw page, when taps, strokes and answers arrive in any order."""

from uuid import UUID

import pytest

from services.frontend.connections import Health
from services.frontend.saving.predicted_drawing import PredictedDrawing
from services.frontend.session import draw_state
from services.frontend.session.draw_state import DrawState, can_retry
from services.frontend.session.sheet import Sheet, Strokes
from tests.unit.clients.page_readings import a_reading
from tests.unit.frontend.test_answer import ID, a_prediction


class Browser:
    """What the canvas in the browser sent last."""

    def __init__(self) -> None:
        self.strokes: Strokes | None = None

    def sheet(self) -> Sheet | None:
        return None if self.strokes is None else Sheet(repr(self.strokes).encode(), self.strokes)


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Browser:
    browser = Browser()
    monkeypatch.setattr(draw_state, "get_latest_strokes", lambda: browser.strokes)
    return browser


def strokes(*names: str) -> Strokes:
    return [{"path": name} for name in names]


def predict(state: DrawState, browser: Browser, *names: str) -> PredictedDrawing:
    """The browser sends these strokes, and there is a prediction of them."""
    browser.strokes = strokes(*names)
    state.take_sheet(browser.sheet())
    assert state.drawing is not None
    state.take_prediction(state.drawing, a_prediction(3, 0.9), 0.5)
    assert state.predicted is not None
    return state.predicted


def test_a_label_that_comes_with_a_stroke_waits_for_the_prediction_with_that_stroke(browser: Browser) -> None:
    state = DrawState()
    half = predict(state, browser, "one")
    browser.strokes = strokes("one", "two")
    state.toggle_label(4)
    assert half.label is None
    predicted = predict(state, browser, "one", "two")
    assert (predicted.label, state.early_label) == (4, None)


def test_a_second_tap_removes_the_label(browser: Browser) -> None:
    state = DrawState()
    predicted = predict(state, browser, "one")
    state.toggle_label(3)
    assert (predicted.label, state.labelled) == (3, {UUID(ID): True})
    state.toggle_label(3)
    assert (predicted.label, state.labelled) == (None, {})


def test_two_quick_undos_remove_two_strokes(browser: Browser) -> None:
    state = DrawState()
    predict(state, browser, "one", "two", "three")
    state.undo()
    state.take_sheet(browser.sheet())  # the browser has not answered yet
    state.undo()
    assert state.initial is not None
    assert state.initial["objects"] == strokes("one")


def test_a_cleared_drawing_is_not_mistaken_for_a_new_one(browser: Browser) -> None:
    state = DrawState()
    predict(state, browser, "one")
    browser.strokes = strokes("one", "two")  # on its way while Clear is pressed
    state.clear()
    state.take_sheet(browser.sheet())
    assert (state.drawing, state.predicted) == (None, None)
    browser.strokes = []
    state.take_sheet(browser.sheet())
    predict(state, browser, "another")
    assert state.replaced is None


class Clock:
    now = 100.0

    def monotonic(self) -> float:
        return self.now


def test_a_failed_request_is_repeated_with_growing_waits(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    state, browser.strokes = DrawState(), strokes("one")
    state.take_sheet(browser.sheet())
    everything, no_inference = Health(inference=True, storage=True), Health(inference=False, storage=True)
    assert not can_retry(state, everything)
    monkeypatch.setattr(draw_state, "time", clock := Clock())
    state.fail("The recogniser can't be reached")
    assert not can_retry(state, everything)
    for wait_s in (3, 6, 12, 24):
        clock.now += wait_s - 0.1
        assert not can_retry(state, everything)
        clock.now += 0.1
        assert can_retry(state, everything)
        assert not can_retry(state, no_inference)
        state.take_sheet(browser.sheet())  # nothing new
        assert can_retry(state, everything)
        state.fail("The recogniser can't be reached")
    clock.now += 1000
    assert not can_retry(state, everything)


def test_a_failed_request_is_not_repeated_for_another_drawing(browser: Browser) -> None:
    state, browser.strokes = DrawState(live=False), strokes("one")
    state.take_sheet(browser.sheet())
    state.fail("away")
    browser.strokes = strokes("one", "two")
    state.take_sheet(browser.sheet())
    assert state.failures == 0
    state.fail("away")
    state.clear()
    assert (state.failures, state.is_retry_due) == (0, False)


def test_a_drawing_that_was_not_sent_is_predicted_as_soon_as_the_recogniser_is_back(browser: Browser) -> None:
    state, browser.strokes = DrawState(), strokes("one")
    state.take_sheet(browser.sheet())
    state.wait("away")
    assert not can_retry(state, Health(inference=False, storage=True))
    assert can_retry(state, Health(inference=True, storage=True))
    predict(state, browser, "one")
    assert (state.failures, state.is_retry_due) == (0, False)


def test_a_number_takes_the_place_of_a_prediction_until_the_drawing_changes(browser: Browser) -> None:
    state = DrawState()
    first = predict(state, browser, "one")
    browser.strokes = strokes("one", "two")
    state.take_sheet(browser.sheet())
    assert not state.is_answered
    state.take_number(a_reading("42"))
    assert (state.is_answered, state.predicted) == (True, None)
    state.take_sheet(browser.sheet())
    assert state.is_answered
    predicted = predict(state, browser, "one")  # after Undo
    assert (state.number, state.predicted, state.replaced) == (None, predicted, first)


def test_clear_forgets_a_number(browser: Browser) -> None:
    state = DrawState()
    predict(state, browser, "one")
    state.take_number(a_reading("42"))
    state.clear()
    assert (state.number, state.is_answered) == (None, False)


def test_another_model_reads_a_number_again(browser: Browser) -> None:
    state = DrawState()
    browser.strokes = strokes("one", "two")
    state.take_sheet(browser.sheet())
    state.take_number(a_reading("42"))
    state.drop_prediction()
    assert not state.is_answered
