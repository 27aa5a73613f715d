"""Photographs to try with one tap. What is read on them belongs to nobody and is not saved.

`python -m training.rendering.examples` makes the files.
"""

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from services.frontend.elements.example_pictures import show_example_buttons, write_style
from services.frontend.views.photo.state import Photo, PhotoPage

FOLDER = Path(__file__).parent / "example_photos"
EXAMPLES = {
    "form": "A form",
    "grid": "A sudoku",
    "table": "A table",
    "amount": "An amount",
    "shadow": "A photo",
}
STYLE = write_style(EXAMPLES)


def show_examples(on_choice: Callable[[str], None]) -> None:
    """A row of buttons. `on_choice` gets the name of an example."""
    st.html(STYLE)
    show_example_buttons("photo-examples", EXAMPLES, on_choice)


def add_example(page: PhotoPage, name: str) -> None:
    """Puts the example on top, also if it is on the page already."""
    for earlier in [photo for photo in page.photos if photo.example == name]:
        page.remove(earlier.file_id)
    data = (FOLDER / f"{name}.jpg").read_bytes()
    page.take([Photo(f"example-{name}-{len(page.taken)}", EXAMPLES[name], "upload", data, example=name)])
