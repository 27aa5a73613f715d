"""A row of buttons with examples. Their pictures are a style, so that a page needs no request for each of them.

`python -m training.rendering.examples` makes the files.
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import streamlit as st

from services.frontend.elements.data_uri import write_data_uri

FOLDER = Path(__file__).parent / "example_pictures"
INVITATION = '<p class="note">Or try one of these:</p>'
FORMATS = {".svg": "SVG+XML", ".webp": "WEBP"}


def show_example_buttons(key: str, examples: Mapping[str, str], on_choice: Callable[[str], None]) -> None:
    """A button for each name, with its words. `on_choice` gets the name, before the run that the tap starts."""
    st.html(INVITATION)
    with st.container(horizontal=True, gap="small", key=key):
        for name, words in examples.items():
            st.button(words, key=f"example-{name}", on_click=on_choice, args=(name,))


def write_style(names: Iterable[str]) -> str:
    """A style for the buttons with the keys `example-<name>`."""
    return f"<style>{''.join(map(_write_rule, names))}</style>"


def _write_rule(name: str) -> str:
    (file,) = FOLDER.glob(f"{name}.*")
    picture = write_data_uri(file.read_bytes(), FORMATS[file.suffix])
    return f".st-key-example-{name} button{{background-image:url({picture})}}"
