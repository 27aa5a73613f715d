"""The headings of a page, without the links that Streamlit adds to its own."""

import streamlit as st


def show_title(title: str) -> None:
    """Of the page."""
    st.html(f'<h1 class="page-title">{title}</h1>')


def show_heading(title: str, note: str) -> None:
    """Of a part, and how to read it."""
    st.html(f'<h2 class="part">{title}</h2><p class="note">{note}</p>')
