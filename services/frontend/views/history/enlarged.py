"""A stored drawing large, with all that the model said about it: a dialog that a tap on its thumbnail opens."""

from html import escape
from zoneinfo import ZoneInfo

import streamlit as st

from services.frontend.elements.answer import describe_label, percent
from services.frontend.elements.answer_details import bar_html
from services.frontend.elements.thumbnails import EMPTY_PICTURE, make_thumbnail
from services.frontend.elements.time_zone import write_time
from services.frontend.session.identity import get_storage
from services.frontend.views.history.true_digit import get_label
from shared.clients.service import RefusedError, ServiceUnavailableError
from shared.contracts.storage import StoredPrediction

LARGE_SIDE = 560  # pixels
GONE = "This drawing can't be loaded right now. It may have been deleted."


def show_enlarge_button(prediction: StoredPrediction, words: str, zone: ZoneInfo) -> None:
    """A button that the style lays over the thumbnail. `words` say what the drawing was read as."""
    if st.button(f"Enlarge the drawing {words}", key=f"enlarge-{prediction.id}"):
        show_enlarged(prediction, zone)


@st.dialog("Drawing", width="medium")
def show_enlarged(prediction: StoredPrediction, zone: ZoneInfo) -> None:
    """The picture as it was stored, as large as the window allows, and the ten probabilities."""
    try:
        picture = make_thumbnail(get_storage().get_drawing(prediction.id), LARGE_SIDE)
    except (ServiceUnavailableError, RefusedError):
        picture = EMPTY_PICTURE
    if picture == EMPTY_PICTURE:
        st.html(f'<p class="sentence">{GONE}</p>')
        return
    st.html(enlarged_html(prediction, picture, zone))


def enlarged_html(prediction: StoredPrediction, picture: str, zone: ZoneInfo) -> str:
    """The picture, a sentence, and a bar for each digit. Of a rejected drawing no bar stands out."""
    words = describe_label(prediction.digit, get_label(prediction.id), rejected=prediction.rejected)
    answer = None if prediction.rejected else prediction.digit
    bars = "".join(
        bar_html(digit, share, percent(share), is_top=digit == answer)
        for digit, share in enumerate(prediction.probabilities)
    )
    model = f"{escape(prediction.model.name)} {escape(prediction.model.version)}"
    return (
        f'<div class="enlarged" data-testid="enlarged" data-id="{prediction.id}"><img alt="The drawing {words}" '
        f'src="{picture}"><div><b>{words.capitalize()}</b><p class="note">{write_time(prediction.created_at, zone)} · '
        f'{model} · digit score {prediction.digit_score:.2f}</p><div class="bars">{bars}</div></div></div>'
    )
