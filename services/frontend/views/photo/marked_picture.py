"""The picture with a button on each digit: a component of our own, because Streamlit's pictures report no taps.

A `Photo` goes in, and the index of the digit that the visitor tapped comes out. All buttons are one component, so a
page of a thousand digits is as quick as a page of one.
"""

from collections.abc import Callable
from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from services.frontend.elements.data_uri import write_data_uri
from services.frontend.views.photo.state import Photo, PhotoDigit

INK = "#12a37a"  # visible on photographs of any paper, in the light and the dark theme
HALO = "#ffffff"
CROWDED = 100  # digits; with more of them the ink has no outlines
SCRIPT = Path(__file__).parent / "marked_picture.js"


@st.cache_resource
def _register_component() -> ComponentRenderer:
    markup = '<div class="photo" role="group" data-testid="photo"></div>'
    return st.components.v2.component("slate_photo", html=markup, js=SCRIPT.read_text(), isolate_styles=False)


def show_picture(photo: Photo, on_tap: Callable[[int], None]) -> None:
    """Shows the picture. `on_tap` gets the index of a digit, before the run that the tap starts."""
    key = f"picture-{photo.file_id}"

    def take_tap() -> None:
        tapped = st.session_state[key].get("tapped")
        if isinstance(tapped, int | float) and 0 <= tapped < len(photo.digits):
            on_tap(int(tapped))

    _register_component()(key=key, data=describe_picture(photo), on_tapped_change=take_tap)


def describe_picture(photo: Photo) -> dict[str, object]:
    """What the script needs. It builds the picture again only if `version` is a new one."""
    count = len(photo.digits)
    width, height = photo.size
    return {
        "version": f"{photo.file_id}/{photo.turn}/{photo.reading.rotation if photo.reading else 0}",
        "name": photo.name,
        "ratio": round(width / height, 4),
        "preview": photo.preview,
        "outlines": outline_uri(photo) if count <= CROWDED else "",
        "boxes": [_place_box(digit, width, height) for digit in photo.digits],
        "marks": [_mark_digit(digit) for digit in photo.digits],
        "labels": [describe_digit(place, digit) for place, digit in enumerate(photo.digits, start=1)],
        "tapped": photo.tapped,
    }


def outline_uri(photo: Photo) -> str:
    """The outlines as an SVG of the picture's size. Holes in the ink, as in a 0, stay empty. Empty without outlines."""
    width, height = photo.size
    path = "".join(
        "M" + " ".join(f"{x},{y}" for x, y in outline) + "Z"
        for digit in photo.digits
        if not digit.discarded
        for outline in digit.found.outlines
    )
    if not path:
        return ""
    style = 'vector-effect="non-scaling-stroke" stroke-linejoin="round"'
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" preserveAspectRatio="none">'
        f'<path d="{path}" fill="none" stroke="{HALO}" stroke-opacity=".7" stroke-width="3.5" {style}/>'
        f'<path d="{path}" fill="{INK}" fill-opacity=".12" fill-rule="evenodd" stroke="{INK}" stroke-width="1.5" '
        f"{style}/></svg>"
    )
    return write_data_uri(svg.encode(), "SVG+XML")


def describe_digit(place: int, digit: PhotoDigit) -> str:
    """For people who cannot see the picture: `Digit 3: 7, doubtful`."""
    return f"Digit {place}: {digit.sign or 'removed'}{', doubtful' if digit.is_doubtful else ''}"


def _mark_digit(digit: PhotoDigit) -> str:
    return "removed" if digit.discarded else "doubtful" if digit.is_doubtful else ""


def _place_box(digit: PhotoDigit, width: int, height: int) -> list[float]:
    """Left, top, width and height in percent of the picture."""
    box = digit.found.box
    sides = (box.left / width, box.top / height, box.width / width, box.height / height)
    return [round(100 * side, 3) for side in sides]
