"""A sentence in place of what a service would have told. The page tries again every few seconds until it is told."""

import time

import streamlit as st

RETRY_S = 3.0


def show_away(sentence: str) -> None:
    """Which service is away, in words for a person."""
    with st.container(border=True, key="away"):
        st.html(f'<p class="sentence" data-testid="sentence">{sentence}</p>')
    _try_again(time.monotonic())


@st.fragment(run_every=RETRY_S)
def _try_again(shown_at: float) -> None:
    if time.monotonic() - shown_at > RETRY_S / 2:  # else this is the run that shows the sentence
        st.rerun()
