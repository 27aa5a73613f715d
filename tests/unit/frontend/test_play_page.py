"""The Play page with services behind it: what a drawing on the canvas does to the games, and what is saved."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from services.frontend.connections import connect
from services.frontend.saving.outbox import Delivery
from services.frontend.views.api.example_drawing import draw_example
from services.frontend.views.play.fooling import Fooling, Task
from services.frontend.views.play.pad import Pad
from services.frontend.views.play.race import Race
from services.frontend.views.play.state import KEY, PlayState
from shared.contracts.storage import NOT_A_DIGIT
from tests.unit.frontend.test_answer import a_prediction
from tests.unit.frontend.test_draw_page import LONG_S, Services, html_of
from tests.unit.frontend.test_draw_page import services as services

PAGE = Path(__file__).parents[3] / "services/frontend/views/play/page.py"


@pytest.fixture
def state(services: Services) -> Iterator[PlayState]:
    """The state of a visitor who has drawn a digit, which the services read as 7."""
    services.storage_answers.set()
    yield PlayState(pad=Pad(drawing=draw_example(), arrived_at=10.0))
    connect().close()


def open_page(state: PlayState) -> AppTest:
    page = AppTest.from_file(PAGE, default_timeout=LONG_S / 2)
    page.session_state[KEY] = state
    page.run()
    assert not page.exception
    return page


def test_a_digit_that_is_read_is_saved_and_the_next_is_asked(state: PlayState, services: Services) -> None:
    state.race = Race(digits=(7, 1), clock=lambda: 10.0, shown_at=8.0)
    page = open_page(state)
    assert 'data-wanted="1" data-done="1"' in html_of(page)
    assert (state.race.laps[0].seconds, state.pad.drawing) == (2.0, None)
    assert connect().outbox.wait(services.prediction.id, LONG_S) is Delivery.SAVED
    page.button("play-skip").click().run()
    assert 'data-testid="result"' in html_of(page)
    assert "1 of 2 digits" in html_of(page)
    assert "Your best time so far!" in html_of(page)
    page.button("play-again").click().run()
    assert 'data-done="0"' in html_of(page)


def test_another_digit_goes_on_waiting(state: PlayState) -> None:
    state.race = Race(digits=(1, 7), clock=lambda: 10.0, shown_at=8.0)
    page = open_page(state)
    assert "I see a 7." in html_of(page)
    assert state.race.laps == []
    page.button("play-clear").click().run()
    assert (state.race.taken_back, state.pad.drawing) == (True, None)


def test_a_drawing_that_fools_the_model_is_labelled_by_the_player(state: PlayState, services: Services) -> None:
    services.prediction = a_prediction(1, 0.9, 7)
    state.game, state.fooling = "fool", Fooling(tasks=(Task(7, 1), Task(4, 9)))
    page = open_page(state)
    assert "What did you draw?" in html_of(page)
    page.button("play-label-7").click().run()
    assert "You fooled me: a 7 that I read as a 1. Saved as 7." in html_of(page)
    assert 'data-wanted="4" data-taken-for="9"' in html_of(page)
    assert [one.label for one in state.fooling.fooled] == [7]
    assert 'data-testid="card"' in html_of(page)


def test_a_label_that_storage_has_not_got_yet_is_said_to_be_on_its_way(state: PlayState, services: Services) -> None:
    services.storage_answers.clear()
    services.prediction = a_prediction(1, 0.9, 7)
    state.game, state.fooling = "fool", Fooling(tasks=(Task(7, 1), Task(4, 9)))
    page = open_page(state)
    page.button("play-label-7").click().run()
    assert "Saving as 7…" in html_of(page)
    services.storage_answers.set()
    assert connect().outbox.wait(services.prediction.id, LONG_S) is Delivery.SAVED
    page.run()
    assert "Saved as 7." in html_of(page)


def test_what_does_not_fool_the_model_cannot_be_labelled(state: PlayState) -> None:
    state.game, state.fooling = "fool", Fooling(tasks=(Task(7, 1),))
    page = open_page(state)
    assert "I read a 7 (99.0%). Make it look more like a 1." in html_of(page)
    assert all(page.button(f"play-label-{label}").disabled for label in (*range(10), NOT_A_DIGIT))


def test_a_race_waits_while_the_recogniser_is_away(state: PlayState, services: Services) -> None:
    services.inference_is_ready = False
    connect().inference_watch.ask_now()
    state.race = Race(digits=(7, 1), clock=lambda: 10.0, shown_at=8.0)
    page = open_page(state)
    assert "The recogniser can&#x27;t be reached" in html_of(page)
    services.inference_is_ready = True
    connect().inference_watch.ask_now()
    page.run()
    assert state.race.laps[0].seconds == 2.0  # the time is that of the drawing


def test_the_other_game_begins_with_an_empty_canvas(state: PlayState) -> None:
    page = open_page(state)
    page.segmented_control("play-game").set_value("fool").run()
    assert (state.game, state.pad.drawing) == ("fool", None)
    assert 'data-taken-for="' in html_of(page)
