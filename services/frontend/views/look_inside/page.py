"""The page "Look inside": what each layer of the network makes of the drawing on the canvas, from top to bottom."""

from html import escape

import streamlit as st

from services.frontend.connections import check_health, connect, get_digit_score_threshold
from services.frontend.elements.data_uri import write_data_uri
from services.frontend.elements.headings import show_heading, show_title
from services.frontend.elements.sentences import show_away, show_sentence
from services.frontend.session.chosen_model import ask_chosen_model
from services.frontend.session.draw_state import get_draw_state
from services.frontend.views.look_inside.story import (
    OPEN_CLUE,
    OPEN_MAP,
    REJECTED,
    SHRINKS,
    change_html,
    hint_html,
    legend_html,
    name_layer,
    seen_html,
    tell_layer,
    values_html,
    votes_html,
    write_image,
)
from services.frontend.views.look_inside.tiles import describe_maps, describe_values, show_tiles
from shared.clients.service import RefusedError, ServiceUnavailableError
from shared.contracts.inside import ConvolutionLayer, DenseLayer, Inside, Layer, OutputLayer

NO_DRAWING = "Draw a digit first, and this page shows what happens inside the network when it reads it."
SEVERAL = "There are several digits on the canvas. Draw a single one, and this page shows what happens inside."
AWAY = "The recogniser can't be reached, or is too busy to be looked into. This page tries again by itself."
KEPT_S = 600  # a curator may put another version in use


def show_page() -> None:
    """The story, or a sentence with a way on."""
    show_title("Look inside")
    state = get_draw_state()
    if state.drawing is None:
        show_sentence(NO_DRAWING, "nothing", draw_link=True)
    elif state.number is not None:
        show_sentence(SEVERAL, "nothing", draw_link=True)
    elif not check_health().inference:
        show_away(AWAY)
    else:
        show_drawing(state.drawing)


def show_drawing(drawing: bytes) -> None:
    """Asks for what is inside, and tells it."""
    try:
        inside = ask_chosen_model(lambda model: look_inside(drawing, model))
    except ServiceUnavailableError:
        show_away(AWAY)
    except RefusedError as refused:
        show_sentence(refused.problem.detail, "refused", draw_link=True)
        st.page_link("views/models/page.py", label="Choose another model", icon=":material/model_training:")
    else:
        tell_story(inside, write_data_uri(drawing))


@st.cache_data(ttl=KEPT_S, max_entries=50, show_spinner="Looking inside…")
def look_inside(drawing: bytes, model: str | None) -> Inside:
    """What is inside, kept because a long search is in it. ServiceUnavailableError, RefusedError."""
    return connect().page_inference.look_inside(drawing, model=model)


def tell_story(inside: Inside, drawing: str) -> None:
    """From the drawing to the answer, and to what would change it."""
    threshold = get_digit_score_threshold(inside.model)
    with st.container(border=True, key="inside-seen"):
        show_heading("Your drawing", SHRINKS)
        if inside.digit_score < threshold:
            st.html(f'<p class="sentence" data-testid="rejected">{REJECTED.format(digit=inside.digit)}</p>')
        st.html(seen_html(inside, drawing))
    convolutions = [layer for layer in inside.layers if isinstance(layer, ConvolutionLayer)]
    for number, layer in enumerate(inside.layers, start=1):
        with st.container(border=True, key=f"inside-{layer.name}"):
            is_first = layer in convolutions[:1]
            show_heading(name_layer(layer, number), tell_layer(layer, is_first=is_first))
            show_layer(layer, inside, is_first=is_first)
    with st.container(border=True, key="inside-change"):
        st.html('<h2 class="part">What would change its mind?</h2>')
        st.html(change_html(inside, threshold))
    st.html(f'<p class="note">Model {escape(str(inside.model))}</p>')
    st.page_link("views/draw/page.py", label="Draw another digit", icon=":material/draw:")


def show_layer(layer: Layer, inside: Inside, *, is_first: bool) -> None:
    """The pictures of one layer."""
    version = str(inside.id)
    match layer:
        case ConvolutionLayer():
            st.html(legend_html("ink here makes the map fire", "ink here keeps it quiet") + hint_html(OPEN_MAP))
            show_tiles(layer.name, describe_maps(layer, write_image(inside), version, is_first=is_first))
        case DenseLayer():
            st.html(values_html(layer))
            if layer.votes is not None:
                st.html(legend_html("votes for the digit", "votes against it") + hint_html(OPEN_CLUE))
                show_tiles(layer.name, describe_values(layer, write_image(inside), version))
        case OutputLayer():
            st.html(votes_html(layer, inside.digit))


show_page()
