"""The Play page: ten digits against the clock, and fooling the model.

Everything that a stroke changes is in one fragment, so a stroke reruns nothing else. The pieces of the board are always
there and have fixed heights, so that nothing moves while somebody draws.
"""

from pathlib import Path

import streamlit as st

from services.frontend.elements.canvas import show_canvas
from services.frontend.elements.headings import show_title
from services.frontend.session.sheet import PEN_WIDTH
from services.frontend.views.play.best import find_best, keep_best
from services.frontend.views.play.fool_board import show_fooled, show_fooling
from services.frontend.views.play.pad import CANVAS_KEY
from services.frontend.views.play.race_board import show_race, show_race_result
from services.frontend.views.play.reading import read, save
from services.frontend.views.play.state import Game, PlayState, get_play_state
from shared.web.request_id import begin_request

GAMES: dict[Game, str] = {"race": "Against the clock", "fool": "Fool the model"}
CLOCK = f"<script>{(Path(__file__).parent / 'clock.js').read_text()}</script>"


@st.fragment
def show_play() -> None:
    """The choice of a game, and its board or its result."""
    begin_request()
    state = get_play_state()
    state.best_s = find_best(state.best_s)
    state.choose_game(choose_game(state.game))
    # Before the result, which takes longer, so that the time is kept even if the player leaves at once.
    keep_best(state.best_s, state.race.finished_s if state.race.is_over else None)
    with st.container(key="play"):
        if state.race.is_over:
            show_race_result(state)
        else:
            show_board(state)
            if state.game == "fool":
                show_fooled(state.fooling)


def choose_game(chosen: Game) -> Game:
    """Two tabs."""
    game: Game = st.segmented_control(
        "Game",
        list(GAMES),
        default=chosen,
        required=True,
        format_func=GAMES.__getitem__,
        label_visibility="collapsed",
        width="stretch",
        key="play-game",
    )
    return game


def show_board(state: PlayState) -> None:
    """The task, the canvas, what the model says, and the buttons."""
    with st.container(border=True, key="play-board"):
        head = st.container(key="play-head")
        with st.container(key="play-pad"):
            with st.container(horizontal_alignment="center", key="play-canvas-wrap"):
                state.pad.take_sheet(show_canvas(PEN_WIDTH, state.pad.initial, key=CANVAS_KEY))
            cover = st.container(key="play-cover")
        foot = st.container(key="play-foot")
    drop_early_strokes(state)
    read(state.pad)
    if state.game == "race":
        finish_digit(state)
        show_race(state, head, cover, foot)
    else:
        show_fooling(state, head, foot)


def drop_early_strokes(state: PlayState) -> None:
    """Forgets what was drawn before the digit was shown: mostly a last stroke of the digit before."""
    is_waiting = state.race.wanted is None or state.race.is_pausing
    if state.game == "race" and is_waiting and state.pad.strokes:
        state.pad.clear()
        st.rerun()


def finish_digit(state: PlayState) -> None:
    """Goes on to the next digit if the model reads this one. Its drawing is saved without a label: nobody gave one."""
    predicted = state.pad.predicted
    if predicted is not None and state.race.take(predicted, state.pad.arrived_at):
        save(predicted)
        state.pad.clear()
        st.rerun()


with st.container(key="play-title"):
    show_title("Play")
show_play()
st.html(CLOCK, unsafe_allow_javascript=True)
