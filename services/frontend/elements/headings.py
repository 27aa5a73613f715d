"""Headings without the anchor links that Streamlit adds to its own."""

from typing import Literal

import streamlit as st


def show_title(title: str, width: Literal["stretch", "content"] = "stretch") -> None:
    """The heading of the page."""
    st.html(f'<h1 class="page-title">{title}</h1>', width=width)


def show_heading(title: str, note: str = "") -> None:
    """The heading of a part, with a note that says how to read it."""
    below = f'<p class="note">{note}</p>' if note else ""
    st.html(f'<h2 class="part">{title}</h2>{below}')
