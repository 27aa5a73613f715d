"""What a tab keeps of the Draw page comes back in a new session, and only for the person who drew it."""

import json
from uuid import UUID

import pytest
from pydantic import ValidationError
from streamlit.testing.v1 import AppTest

from services.frontend.cookies import BROWSER
from services.frontend.session.draw_state import KEY, DrawState
from services.frontend.session.kept_drawing import KeptDrawing
from services.frontend.session.sheet import PEN_WIDTHS
from services.frontend.views.api.example_drawing import draw_example
from tests.unit.frontend.conftest import FakeBrowser
from tests.unit.frontend.test_answer import a_prediction
from tests.unit.frontend.test_draw_page import Services, services  # noqa: F401  a fixture
from tests.unit.frontend.test_draw_state import strokes

LABELLED = UUID(int=7)


def script() -> None:
    import streamlit as st

    from services.frontend.session.draw_state import get_draw_state
    from services.frontend.session.kept_drawing import take_drawing, write_drawing

    if "kept" in st.session_state:
        take_drawing(get_draw_state(), st.session_state["kept"])
    st.session_state["written"] = write_drawing(get_draw_state())


def keep(state: DrawState) -> dict:
    """What the tab keeps of this state, as it comes back from the browser."""
    session = AppTest.from_function(script, default_timeout=60)
    session.session_state[KEY] = state
    session.run()
    assert not session.exception
    return json.loads(json.dumps(session.session_state["written"]))


def give_back(kept: object, state: DrawState | None = None) -> DrawState:
    """The state of a new session that gets this from its tab."""
    session = AppTest.from_function(script, default_timeout=60)
    session.session_state[KEY] = state or DrawState()
    session.session_state["kept"] = kept
    session.run()
    assert not session.exception
    taken: DrawState = session.session_state[KEY]
    return taken


def a_labelled_drawing() -> DrawState:
    state = DrawState(drawing=draw_example(), strokes=strokes("one", "two"), pen_width=31, live=False)
    state.take_prediction(draw_example(), a_prediction(7, 0.9).model_copy(update={"id": LABELLED}), 0.5)
    assert state.predicted is not None
    state.predicted.set_label(7)
    return state


@pytest.fixture(autouse=True)
def browser(services: Services, client: FakeBrowser) -> FakeBrowser:  # noqa: F811
    services.storage_answers.set()
    client.cookies[BROWSER] = "secret"
    return client


def test_a_new_session_gets_the_drawing_with_its_entry_and_settings_and_can_undo_it() -> None:
    state = give_back(keep(a_labelled_drawing()))
    assert (state.strokes, state.drawing) == (strokes("one", "two"), draw_example())
    assert (state.pen_width, state.live, state.keys) == (31, False, True)
    state.take_prediction(draw_example(), a_prediction(7, 0.9), 0.5)
    assert state.predicted is not None
    assert (state.predicted.prediction.id, state.predicted.label, state.predicted.handed_over) == (LABELLED, 7, True)
    state.undo()
    assert state.strokes == strokes("one")


def test_a_drawing_that_a_newer_release_has_kept_comes_back_without_what_is_new() -> None:
    state = give_back(keep(a_labelled_drawing()) | {"novelty": "new"})
    assert (state.strokes, state.drawing) == (strokes("one", "two"), draw_example())


def test_a_drawing_that_was_begun_meanwhile_stays() -> None:
    begun = DrawState(drawing=b"png", strokes=strokes("other"))
    assert give_back(keep(a_labelled_drawing()), begun).strokes == strokes("other")


def test_a_frontend_that_was_started_again_takes_the_entry_for_the_drawing_that_the_browser_sent() -> None:
    kept, sent = keep(a_labelled_drawing()), DrawState(drawing=draw_example(), strokes=strokes("one", "two"))
    sent.take_prediction(draw_example(), a_prediction(7, 0.9), 0.5)
    state = give_back(kept, sent)
    assert (state.predicted, state.entry and state.entry.id) == (None, LABELLED)


def test_another_person_in_the_same_tab_gets_nothing(browser: FakeBrowser) -> None:
    kept = keep(a_labelled_drawing())
    browser.cookies[BROWSER] = "another"
    assert give_back(kept) == DrawState()


def test_what_the_page_did_not_write_is_ignored() -> None:
    kept = keep(a_labelled_drawing())
    KeptDrawing.model_validate(kept)
    wrong = ({"pen_width": PEN_WIDTHS[1] + 1}, {"strokes": "x"}, {"picture": 5}, {"entry": {"id": 1}}, {"more": 1})
    for change in wrong:
        with pytest.raises(ValidationError):
            KeptDrawing.model_validate(kept | change)
    assert give_back(kept | wrong[0]) == DrawState()
