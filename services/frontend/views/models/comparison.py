"""Two model versions on one drawing, side by side: the one on the canvas, or one of the latest that were kept."""

import base64
from html import escape
from uuid import UUID

import streamlit as st

from services.frontend.connections import check_health, connect
from services.frontend.elements.answer import answer_html, judge
from services.frontend.elements.thumbnails import find_thumbnails
from services.frontend.views.draw.state import get_page_state
from services.frontend.views.models.known import read, refer_to
from shared.clients.service import RefusedError, ServiceUnavailableError
from shared.contracts.inference import ModelDescription

LATEST = 8
CANVAS = "canvas"  # the key of the drawing on it; of a stored one it is its id
PICKED = "picked"


def show_comparison(before: ModelDescription, after: ModelDescription) -> None:
    """The drawings to pick from, and both answers to the one that is picked."""
    drawn = get_page_state().drawing
    drawings = list_drawings(drawn)
    if not drawings:
        st.html('<p class="sentence">There is no drawing to compare on yet: draw a digit, and come back.</p>')
        st.page_link("views/draw/page.py", label="Draw a digit", icon=":material/draw:")
        return
    picked = show_choice(drawings)
    try:
        drawing = drawn if picked == CANVAS and drawn else connect().storage.get_drawing(UUID(picked))
    except (ServiceUnavailableError, RefusedError):
        st.html('<p class="sentence">This drawing can\'t be fetched just now; pick another.</p>')
        return
    for column, model, side in zip(st.columns(2, gap="medium"), (before, after), ("before", "after"), strict=True):
        with column.container(border=True, key=f"answer-{side}"):
            show_answer(drawing, model)


def list_drawings(drawn: bytes | None) -> dict[str, tuple[str, str]]:
    """Key → its words and its picture: the canvas first, then the newest of storage where it is there."""
    drawings = {}
    if drawn is not None:
        picture = f"data:image/png;base64,{base64.b64encode(drawn).decode()}"
        drawings[CANVAS] = ("The drawing on the canvas", picture)
    try:
        latest = connect().storage.list_predictions(LATEST).predictions if check_health().storage else []
    except (ServiceUnavailableError, RefusedError):
        return drawings
    thumbnails = find_thumbnails([one.id for one in latest])
    for number, one in enumerate(latest, start=1):
        drawings[str(one.id)] = (f"Latest drawing {number}, read as {one.digit}", thumbnails[one.id])
    return drawings


def show_choice(drawings: dict[str, tuple[str, str]]) -> str:
    """A button a drawing → the key of the one that is picked, at first the first."""
    picked: str = st.session_state.get(PICKED, CANVAS)
    if picked not in drawings:
        picked = next(iter(drawings))
    with st.container(horizontal=True, gap="xsmall", key="drawings"):
        for key, (words, picture) in drawings.items():
            chosen = key == picked
            st.button(
                f"![{words}{', picked' if chosen else ''}]({picture})",
                key=f"pick-{key}",
                type="primary" if chosen else "secondary",
                on_click=st.session_state.update,
                kwargs={PICKED: key},
            )
    return picked


def show_answer(drawing: bytes, model: ModelDescription) -> None:
    """What one version reads, how surely, and where it looks."""
    st.html(f'<h3 class="part">{refer_to(model)}</h3>')
    try:
        prediction, explanation = read(drawing, refer_to(model))
    except ServiceUnavailableError:
        st.html('<p class="sentence">The recogniser can\'t be reached just now.</p>')
    except RefusedError as refused:
        st.html(f'<p class="sentence">{escape(refused.problem.detail)}</p>')
    else:
        st.html(answer_html(prediction, judge(prediction, model.digit_score_threshold), explanation))
