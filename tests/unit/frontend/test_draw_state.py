"""The drawing page's memory, where taps and strokes overtake each other."""

from uuid import UUID

import pytest

from services.frontend.banners import is_behind
from services.frontend.connections import Health
from services.frontend.views.draw import state as module
from services.frontend.views.draw.canvas import JsonDrawing, Sheet
from services.frontend.views.draw.state import PageState, Reading
from tests.unit.frontend.test_answer import ID, a_prediction


class Browser:
    """What the canvas in the browser has sent last."""

    def __init__(self) -> None:
        self.strokes: list[JsonDrawing] | None = None

    def sheet(self) -> Sheet | None:
        return None if self.strokes is None else Sheet(repr(self.strokes).encode(), self.strokes)


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Browser:
    browser = Browser()
    monkeypatch.setattr(module, "get_latest_strokes", lambda: browser.strokes)
    return browser


def strokes(*names: str) -> list[JsonDrawing]:
    return [{"path": name} for name in names]


def read(state: PageState, browser: Browser, *names: str) -> Reading:
    """The browser sends these strokes, and they are read."""
    browser.strokes = strokes(*names)
    state.take(browser.sheet())
    assert state.drawing is not None
    state.reading = Reading(state.drawing, a_prediction(3, 0.9), 0.5)
    return state.reading


def test_a_label_that_comes_with_a_stroke_is_meant_for_the_drawing_with_that_stroke(browser: Browser) -> None:
    state = PageState()
    half = read(state, browser, "one")
    browser.strokes = strokes("one", "two")
    state.label(4)
    assert half.label is None
    assert state.label_to_come == 4


def test_a_label_without_a_new_stroke_is_given_and_taken_back(browser: Browser) -> None:
    state = PageState()
    reading = read(state, browser, "one")
    state.label(3)
    assert (reading.label, state.judged) == (3, {UUID(ID): True})
    state.label(3)
    assert (reading.label, state.judged) == (None, {})


def test_two_quick_undos_take_two_strokes_back(browser: Browser) -> None:
    state = PageState()
    read(state, browser, "one", "two", "three")
    state.undo()
    state.take(browser.sheet())  # the browser has not answered yet
    state.undo()
    assert state.initial is not None
    assert state.initial["objects"] == strokes("one")


def test_what_was_cleared_is_not_taken_for_a_new_drawing(browser: Browser) -> None:
    state = PageState()
    read(state, browser, "one")
    browser.strokes = strokes("one", "two")  # on its way while Clear is pressed
    state.clear()
    state.take(browser.sheet())
    assert (state.drawing, state.reading) == (None, None)
    browser.strokes = []
    state.take(browser.sheet())
    read(state, browser, "another")
    assert state.before is None


class Clock:
    now = 100.0

    def monotonic(self) -> float:
        return self.now


def test_a_drawing_that_got_no_answer_is_asked_about_again_less_and_less_often(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    state, browser.strokes = PageState(), strokes("one")
    state.take(browser.sheet())
    everything, no_recogniser = Health(inference=True, storage=True), Health(inference=False, storage=True)
    assert not is_behind(state, everything)
    monkeypatch.setattr(module, "time", clock := Clock())
    state.fail("The recogniser can't be reached")
    assert not is_behind(state, everything)
    for wait_s in (3, 6, 12, 24):
        clock.now += wait_s - 0.1
        assert not is_behind(state, everything)
        clock.now += 0.1
        assert is_behind(state, everything)
        assert not is_behind(state, no_recogniser)
        state.take(browser.sheet())  # nothing new
        assert is_behind(state, everything)
        state.fail("The recogniser can't be reached")
    clock.now += 1000
    assert not is_behind(state, everything)


def test_another_drawing_is_not_asked_about_because_the_one_before_got_no_answer(browser: Browser) -> None:
    state, browser.strokes = PageState(live=False), strokes("one")
    state.take(browser.sheet())
    state.fail("away")
    browser.strokes = strokes("one", "two")
    state.take(browser.sheet())
    assert state.unanswered == 0
    state.fail("away")
    state.clear()
    assert (state.unanswered, state.is_due) == (0, False)
