"""The board of the race against the clock, and its result with the card."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from services.frontend.views.play.card import Card, Tile, draw_card
from services.frontend.views.play.race import SKIP_S, Race
from services.frontend.views.play.result import result_html, show_card
from services.frontend.views.play.state import PlayState
from services.frontend.views.play.taking_back import show_taking_back
from services.frontend.views.play.words import (
    describe_race,
    race_cover_html,
    race_prompt_html,
    says_html,
    write_seconds,
)


def show_race(state: PlayState, head: DeltaGenerator, cover: DeltaGenerator, foot: DeltaGenerator) -> None:
    """Fills the three places around the canvas."""
    head.html(race_prompt_html(state.race, state.best_s))
    cover.html(race_cover_html(state.race))
    foot.html(says_html(describe_race(state.pad, state.race)))
    with foot.container(horizontal=True, key="play-bar"):
        if state.race.wanted is None:
            st.button("Start", type="primary", width="stretch", on_click=state.start_race, key="play-start")
        else:
            show_taking_back(state)
            st.button(f"Skip +{SKIP_S:.0f} s", on_click=state.skip, width="stretch", key="play-skip")


def show_race_result(state: PlayState) -> None:
    """The time, the streak, and the card."""
    race = state.race
    best = "Your best time so far!" if state.is_best else f"Your best is {write_seconds(state.best_s or 0)}."
    with st.container(border=True, key="play-result"):
        st.html(result_html(write_seconds(race.finished_s), describe_race_result(race), best))
        with st.container(horizontal=True, key="play-bar"):
            st.button("Play again", type="primary", width="stretch", on_click=state.start_race, key="play-again")
            show_card(make_race_card(race), f"slate-{race.finished_s:.1f}s.png", describe_race_result(race))


def describe_race_result(race: Race) -> str:
    """`10 of 10 digits, 7 in a row at the first try`."""
    drawn = sum(lap.drawing is not None for lap in race.laps)
    return f"{drawn} of {len(race.laps)} digits, {race.longest_streak} in a row at the first try"


def make_race_card(race: Race) -> bytes:
    """The card with the ten drawings and their times."""
    tiles = [Tile(lap.drawing, lap.digit, write_seconds(lap.seconds)) for lap in race.laps]
    return draw_card(
        Card("Ten digits against the clock", write_seconds(race.finished_s), describe_race_result(race), tiles)
    )
