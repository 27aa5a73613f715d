"""The Play page of one session: both games, and the canvas that they share."""

from dataclasses import dataclass, field
from typing import Literal, cast

import streamlit as st

from services.frontend.views.play.fooling import Fooling
from services.frontend.views.play.pad import CANVAS_KEY, Pad
from services.frontend.views.play.race import Race

KEY = "play"
Game = Literal["race", "fool"]


@dataclass
class PlayState:
    """`best_s` is the shortest time of this browser; None before the first race, or before the browser has told it."""

    race: Race = field(default_factory=Race)
    fooling: Fooling = field(default_factory=Fooling)
    pad: Pad = field(default_factory=Pad)
    best_s: float | None = None
    game: Game = "race"

    def choose_game(self, game: Game) -> None:
        """Begins the other game with an empty canvas. A race that was under way is over."""
        if game != self.game:
            self.game, self.race = game, Race()
            self.pad.clear()

    def start_race(self) -> None:
        """A new race."""
        self.race = Race()
        self.race.start()
        self.pad.clear()

    def skip(self) -> None:
        """Gives the digit up."""
        self.race.skip()
        self.pad.clear()

    def take_back(self, *, everything: bool) -> None:
        """Undo or Clear."""
        self.race.take_back()
        if everything:
            self.pad.clear()
        else:
            self.pad.undo()

    def go_on(self) -> None:
        """Another task."""
        self.fooling.go_on()
        self.pad.clear()

    @property
    def is_best(self) -> bool:
        """Whether the race that is over was the fastest of this browser."""
        return self.race.is_over and (self.best_s is None or self.race.finished_s <= self.best_s)


def get_play_state() -> PlayState:
    """The state of the current session."""
    if KEY not in st.session_state:
        st.session_state[KEY] = PlayState()
    state = cast("PlayState", st.session_state[KEY])
    if CANVAS_KEY not in st.session_state and state.pad.strokes:  # the player has come from another page
        state.pad.restore()
    return state
