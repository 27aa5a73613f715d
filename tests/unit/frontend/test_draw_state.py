"""The state of the Draw page, when taps, strokes and answers arrive in any order."""

from uuid import UUID, uuid4

import pytest
from PIL import Image

from services.frontend.connections import Health
from services.frontend.elements.data_uri import encode
from services.frontend.saving.outbox import Delivery, Outbox
from services.frontend.saving.personal_outbox import PersonalOutbox
from services.frontend.saving.predicted_drawing import PredictedDrawing
from services.frontend.session import draw_state, on_canvas, retries
from services.frontend.session.draw_state import DrawState, can_retry
from services.frontend.session.entry import Entry
from services.frontend.session.sheet import SLATE, Sheet, Strokes
from tests.unit.clients.page_readings import a_reading
from tests.unit.frontend.conftest import FakeStorage
from tests.unit.frontend.test_answer import ID, a_prediction

LONG_S = 30.0


class Browser:
    """What the canvas in the browser sent last."""

    def __init__(self) -> None:
        self.strokes: Strokes | None = None

    def sheet(self) -> Sheet | None:
        return None if self.strokes is None else Sheet(repr(self.strokes).encode(), self.strokes)


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Browser:
    browser = Browser()
    for module in (draw_state, on_canvas):
        monkeypatch.setattr(module, "get_latest_sheet", browser.sheet)
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


def draw(state: DrawState, browser: Browser, *names: str) -> None:
    """The browser sends these strokes, and the next run takes them."""
    browser.strokes = strokes(*names)
    state.take_sheet(browser.sheet())


def answer_start(state: DrawState, browser: Browser) -> None:
    """The browser shows what the page put on the canvas, and sends it."""
    browser.strokes = state.strokes
    state.take_sheet(browser.sheet())


def test_a_label_that_comes_with_a_stroke_waits_for_the_prediction_with_that_stroke(browser: Browser) -> None:
    state = DrawState()
    half = predict(state, browser, "one")
    browser.strokes = strokes("one", "two")
    state.toggle_label(4)
    assert (half.label, state.predicted) == (None, None)
    predicted = predict(state, browser, "one", "two")
    assert (predicted.label, state.early_label) == (4, None)


def test_a_label_that_comes_while_the_drawing_is_being_read_waits_for_its_prediction(browser: Browser) -> None:
    state = DrawState()
    draw(state, browser, "one")
    state.toggle_label(4)
    assert predict(state, browser, "one").label == 4


def test_a_label_without_a_drawing_is_forgotten(browser: Browser) -> None:
    state = DrawState()
    state.toggle_label(4)
    assert predict(state, browser, "one").label is None


def test_a_second_tap_removes_the_label(browser: Browser) -> None:
    state = DrawState()
    predicted = predict(state, browser, "one")
    state.toggle_label(3)
    assert (predicted.label, state.labelled) == (3, {UUID(ID): True})
    state.toggle_label(3)
    assert (predicted.label, state.labelled) == (None, {})


def test_drawing_on_takes_the_label_back_and_undo_gives_it_again(browser: Browser) -> None:
    state = DrawState()
    labelled = predict(state, browser, "one")
    state.toggle_label(3)
    longer = predict(state, browser, "one", "two")
    assert (longer.label, longer.takes_back, state.labelled) == (None, labelled, {})
    state.undo()
    assert state.predicted is None
    answer_start(state, browser)
    again = predict(state, browser, "one")
    assert (again.label, state.replaced, again.takes_back) == (3, longer, None)
    assert state.labelled == {UUID(ID): True}


def test_the_labelled_entry_goes_once_the_one_that_takes_its_place_is_handed_over(
    outbox: Outbox, storage: FakeStorage
) -> None:
    mine = PersonalOutbox(outbox, "mine")
    before, after = (
        PredictedDrawing(drawing=b"png", prediction=a_prediction(3, 0.9), digit_score_threshold=0.5) for _ in range(2)
    )
    after.prediction = after.prediction.model_copy(update={"id": uuid4()})
    before.set_label(3)
    assert before.save(mine, LONG_S) is Delivery.SAVED
    after.takes_back = before
    assert after.save(mine, LONG_S) is Delivery.SAVED
    assert outbox.wait(before.prediction.id, LONG_S) is Delivery.SAVED
    assert list(storage.predictions) == [after.prediction.id]
    assert storage.labels == {}


def test_two_quick_undos_remove_two_strokes(browser: Browser) -> None:
    state = DrawState()
    draw(state, browser, "one")
    draw(state, browser, "one", "two")
    predict(state, browser, "one", "two", "three")
    state.undo()
    state.take_sheet(browser.sheet())  # the browser has not answered yet
    state.undo()
    assert state.initial is not None
    assert state.initial["objects"] == strokes("one")
    for late in (strokes("one", "two"), strokes("one")):  # the browser answers both
        browser.strokes = late
        state.take_sheet(browser.sheet())
        assert state.strokes == strokes("one")
    assert [len(step.strokes) for step in state.steps.past] == [0]
    assert [len(step.strokes) for step in state.steps.future] == [3, 2]


def test_undo_takes_the_stroke_away_that_has_just_come(browser: Browser) -> None:
    state = DrawState()
    predict(state, browser, "one")
    browser.strokes = strokes("one", "two")
    state.undo()
    assert state.strokes == strokes("one")
    state.redo()
    assert state.strokes == strokes("one", "two")


def test_redo_brings_back_what_undo_took_away_until_something_is_drawn(browser: Browser) -> None:
    state = DrawState()
    predict(state, browser, "one")
    predict(state, browser, "one", "two")
    for _ in range(2):
        state.undo()
        answer_start(state, browser)
    assert (state.strokes, state.drawing, state.predicted) == ([], None, None)
    state.redo()
    answer_start(state, browser)
    assert state.strokes == strokes("one")
    draw(state, browser, "one", "other")
    state.redo()
    assert state.strokes == strokes("one", "other")


def test_undo_after_clear_brings_the_drawing_back_with_its_prediction_and_label(browser: Browser) -> None:
    state = DrawState()
    predict(state, browser, "one")
    predicted = predict(state, browser, "one", "two")
    state.toggle_label(3)
    state.clear()
    answer_start(state, browser)
    assert (state.drawing, state.predicted) == (None, None)
    predict(state, browser, "another")
    for _ in range(2):
        state.undo()
        answer_start(state, browser)
    assert state.strokes == strokes("one", "two")
    assert state.predicted is predicted
    assert (predicted.label, state.is_answered) == (3, True)
    state.undo()
    answer_start(state, browser)
    assert (state.predicted, state.replaced) == (None, predicted)  # the drawing goes on, and keeps its entry


def test_undo_goes_back_from_a_number_to_its_first_digit_without_a_new_request(browser: Browser) -> None:
    state = DrawState()
    first = predict(state, browser, "one")
    draw(state, browser, "one", "two")
    state.take_number(reading := a_reading("42"))
    state.undo()
    answer_start(state, browser)
    assert (state.number, state.predicted) == (None, first)
    state.redo()
    answer_start(state, browser)
    assert (state.number, state.predicted) == (reading, None)


def test_a_number_that_was_taken_back_comes_back_as_one_that_storage_does_not_have(browser: Browser) -> None:
    state = DrawState()
    draw(state, browser, "one", "two")
    state.take_number(reading := a_reading("42"))
    state.note_entries(reading, [Entry(ID, 4), Entry(uuid4(), 2)])
    assert len(state.number_entries) == 2
    draw(state, browser, "one", "two", "three")
    assert state.number_entries == []
    state.take_number(longer := a_reading("421"))
    state.note_entries(reading, [])
    state.note_entries(longer, [Entry(ID, 4)])
    state.undo()
    answer_start(state, browser)
    assert (state.number, state.number_entries) == (reading, [])
    state.redo()
    answer_start(state, browser)
    assert (state.number, state.number_entries) == (longer, [Entry(ID, 4)])


def test_an_undone_drawing_stays_in_the_history_when_another_one_is_begun(browser: Browser) -> None:
    state = DrawState()
    predict(state, browser, "one")
    state.undo()
    answer_start(state, browser)
    predict(state, browser, "another")
    assert state.replaced is None


def test_a_cleared_drawing_is_not_mistaken_for_a_new_one(browser: Browser) -> None:
    state = DrawState()
    predict(state, browser, "one")
    browser.strokes = strokes("one", "two")  # on its way while Clear is pressed
    state.clear()
    state.take_sheet(browser.sheet())
    assert (state.drawing, state.predicted) == (None, None)
    answer_start(state, browser)
    predict(state, browser, "another")
    assert state.replaced is None


def test_a_recent_drawing_keeps_its_entry_until_it_is_drawn_on(browser: Browser) -> None:
    state = DrawState()
    now = predict(state, browser, "one")
    entry = Entry(uuid4(), 5, finished=True)
    state.start_from_strokes(strokes("picture"), entry)
    browser.strokes = [{"path": "picture", "scaleX": 1}]  # the canvas adds defaults
    state.take_sheet(browser.sheet())
    recent = predict(state, browser, "picture")
    assert (recent.prediction.id, recent.label, recent.handed_over) == (entry.id, 5, True)
    longer = predict(state, browser, "picture", "two")
    assert (longer.prediction.id, longer.label, longer.takes_back) == (UUID(ID), None, None)
    assert state.replaced is None
    state.undo()
    answer_start(state, browser)
    assert (state.predicted, state.replaced) == (recent, longer)
    state.undo()
    answer_start(state, browser)
    assert state.predicted is now


def test_another_model_reads_the_drawing_again_and_its_label_stays(browser: Browser) -> None:
    state = DrawState()
    before = predict(state, browser, "one")
    state.toggle_label(3)
    state.drop_prediction()
    predicted = predict(state, browser, "one")
    assert (predicted.label, predicted.takes_back) == (3, before)


def test_a_drawing_that_was_erased_is_an_empty_canvas(browser: Browser) -> None:
    state = DrawState()
    predict(state, browser, "one")
    wiped = [*strokes("one"), {"path": "two", "stroke": SLATE}]
    state.take_sheet(Sheet(canvas_picture(0), wiped))
    assert (state.drawing, state.predicted) == (None, None)
    state.take_sheet(Sheet(canvas_picture(255), [*wiped, {"path": "three"}]))
    assert state.drawing is not None
    assert state.replaced is None


def canvas_picture(grey: int) -> bytes:
    return encode(Image.new("L", (8, 8), grey))


class Clock:
    now = 100.0

    def monotonic(self) -> float:
        return self.now


def test_a_failed_request_is_repeated_with_growing_waits(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    state, browser.strokes = DrawState(), strokes("one")
    state.take_sheet(browser.sheet())
    everything, no_inference = Health(inference=True, storage=True), Health(inference=False, storage=True)
    assert not can_retry(state, everything)
    monkeypatch.setattr(retries, "time", clock := Clock())
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
