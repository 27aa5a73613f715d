"""Two model versions side by side on one drawing: the one on the canvas, or one of the latest in storage.

Each version predicts and explains the drawing, so that a difference between their answers can be seen.
"""

from html import escape
from uuid import UUID

import streamlit as st

from services.frontend.connections import check_health
from services.frontend.elements.answer import answer_html, describe_confidence, describe_label
from services.frontend.elements.answer_details import details_html
from services.frontend.elements.data_uri import write_data_uri
from services.frontend.elements.sentences import show_draw_link
from services.frontend.elements.thumbnails import find_thumbnails
from services.frontend.session.draw_state import get_draw_state
from services.frontend.session.identity import get_storage
from services.frontend.views.models.lookups import predict_and_explain
from shared.clients.service import RefusedError, ServiceUnavailableError
from shared.contracts.inference import ModelDescription

LATEST = 24
CANVAS = "canvas"  # the key of the drawing on the canvas; the key of a stored one is its id
CHOSEN = "compared-drawing"


def show_comparison(before: ModelDescription, after: ModelDescription) -> None:
    """The drawings to choose from, and the answers of both versions to the chosen one."""
    on_canvas = get_draw_state().drawing
    drawings = list_drawings(on_canvas)
    if not drawings:
        st.html('<p class="sentence">There is no drawing yet to compare them with. Draw a digit first.</p>')
        show_draw_link()
        return
    chosen = show_choice(drawings)
    try:
        drawing = on_canvas if chosen == CANVAS and on_canvas else get_storage().get_drawing(UUID(chosen))
    except (ServiceUnavailableError, RefusedError):
        st.html('<p class="sentence">This drawing can\'t be loaded right now. Choose another one.</p>')
        return
    for column, model, side in zip(st.columns(2, gap="medium"), (before, after), ("before", "after"), strict=True):
        with column.container(border=True, key=f"answer-{side}"):
            show_answer(drawing, model)


def list_drawings(on_canvas: bytes | None) -> dict[str, tuple[str, str]]:
    """Key → words and picture (data URI). The canvas comes first, then the newest of storage unless it is away."""
    drawings = {}
    if on_canvas is not None:
        drawings[CANVAS] = ("The drawing on the canvas", write_data_uri(on_canvas))
    try:
        latest = get_storage().list_predictions(LATEST).predictions if check_health().storage else []
    except (ServiceUnavailableError, RefusedError):
        return drawings
    thumbnails = find_thumbnails([stored.id for stored in latest], get_storage())
    for number, stored in enumerate(latest, start=1):
        words = describe_label(stored.digit, None, rejected=stored.rejected)
        drawings[str(stored.id)] = (f"Latest drawing {number}, {words}", thumbnails[stored.id])
    return drawings


def show_choice(drawings: dict[str, tuple[str, str]]) -> str:
    """Shows a button for each drawing. Returns the key of the chosen one; the first is chosen at the start."""
    chosen: str = st.session_state.get(CHOSEN, CANVAS)
    if chosen not in drawings:
        chosen = next(iter(drawings))
    with st.container(horizontal=True, gap="xsmall", key="drawings"):
        for key, (words, picture) in drawings.items():
            is_chosen = key == chosen
            st.button(
                f"![{words}{', chosen' if is_chosen else ''}]({picture})",
                key=f"pick-{key}",
                type="primary" if is_chosen else "secondary",
                on_click=st.session_state.update,
                kwargs={CHOSEN: key},
            )
    return chosen


def show_answer(drawing: bytes, model: ModelDescription) -> None:
    """The prediction and explanation of one version."""
    st.html(f'<h3 class="part">{escape(model.reference)}</h3>')
    try:
        prediction, explanation = predict_and_explain(drawing, model.reference)
    except ServiceUnavailableError:
        st.html('<p class="sentence">The recogniser can\'t be reached right now.</p>')
    except RefusedError as refused:
        st.html(f'<p class="sentence">{escape(refused.problem.detail)}</p>')
    else:
        verdict = describe_confidence(prediction, model.digit_score_threshold)
        st.html(answer_html(prediction, verdict) + details_html(prediction, verdict, explanation.saliency))
