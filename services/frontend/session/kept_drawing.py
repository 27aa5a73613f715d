"""What a tab keeps of the Draw page: the strokes, their entry in storage, and the settings of the pad.

The answer is not kept: the drawing is read again, and the answer stands for the entry that it has already. The picture
is kept beside the strokes, because a canvas that begins with strokes does not send them.
"""

from typing import Annotated

import streamlit as st
from pydantic import Base64Bytes, BaseModel, ConfigDict, Field, JsonValue, ValidationError

from services.frontend.session.draw_state import DrawState
from services.frontend.session.entry import Entry
from services.frontend.session.identity import get_outbox, name_person
from services.frontend.session.sheet import PEN_WIDTHS, is_same
from services.frontend.session.steps import MAX_STEPS, Step
from services.frontend.session.tab import keep_in_tab

NARROWEST, WIDEST = PEN_WIDTHS
PAD_SETTINGS = ("pen_width", "live", "keys")  # also the keys of their widgets


class KeptDrawing(BaseModel):
    """`whose` says who drew it, so that it does not come back for somebody who signs in or out in the same tab."""

    model_config = ConfigDict(extra="forbid")

    whose: str
    strokes: Annotated[list[dict[str, JsonValue]], Field(max_length=MAX_STEPS)]
    picture: Base64Bytes | None
    entry: Entry | None
    number_entries: Annotated[list[Entry], Field(max_length=MAX_STEPS)] = []
    pen_width: Annotated[int, Field(ge=NARROWEST, le=WIDEST)]
    live: bool
    keys: bool


def keep_drawing(state: DrawState) -> None:
    """Keeps it in the tab. In a new session, the drawing of the session before comes back."""
    keep_in_tab("drawing", write_drawing(state), lambda value: take_drawing(state, value))


def write_drawing(state: DrawState) -> JsonValue:
    """The form in which the tab keeps it.

    Without validation, which would double its cost, and this is done after every stroke.
    """
    entry, predicted = state.entry, state.predicted
    if predicted is not None:
        entry = Entry(predicted.prediction.id, predicted.label, predicted.finished)
    kept = KeptDrawing.model_construct(
        whose=name_person(),
        strokes=state.strokes[:MAX_STEPS],
        picture=state.drawing,
        entry=entry,
        number_entries=state.number_entries,
        pen_width=state.pen_width,
        live=state.live,
        keys=state.keys,
    )
    return kept.model_dump(mode="json")


def take_drawing(state: DrawState, value: JsonValue) -> None:
    """Puts the drawing on the canvas and sets the pad, unless the person has begun another drawing already."""
    try:
        kept = KeptDrawing.model_validate(value, extra="ignore")  # a newer frontend may add fields
    except ValidationError:
        return  # of an earlier release
    if kept.whose != name_person():
        return
    for name in PAD_SETTINGS:
        setting = getattr(kept, name)
        setattr(state, name, setting)
        st.session_state[name] = setting
    if not state.strokes:
        state.start_from_strokes(kept.strokes, kept.entry, kept.picture)
        state.number_entries = kept.number_entries
    elif is_same(state.strokes, kept.strokes):
        _find_entry(state, kept.entry)
        state.number_entries = kept.number_entries
    else:
        return
    state.steps.past = [Step(kept.strokes[:count]) for count in range(len(kept.strokes))]


def _find_entry(state: DrawState, entry: Entry | None) -> None:
    """The browser has sent the drawing itself, to a frontend that was started again. It is the entry it was before."""
    if entry is None or (state.predicted is not None and state.predicted.label is not None):
        return
    if state.predicted is not None:
        state.predicted.discard(get_outbox())
    state.predicted, state.entry = None, entry
