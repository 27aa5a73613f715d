"""How often the model was right to reject a drawing as "not a digit". The counts come from storage."""

import streamlit as st

from services.frontend.elements.headings import show_heading
from shared.contracts.storage import Rejections

NOTE = "a drawing is rejected if it does not look like a digit"


def show_rejections(counts: Rejections) -> None:
    """Four counts, or nothing if no drawing was rejected or should have been."""
    if not any((counts.rejected, counts.right, counts.wrong, counts.missed)):
        return
    with st.container(border=True, key="rejections"):
        show_heading("Not a digit", NOTE)
        st.html(rejections_html(counts))


def rejections_html(counts: Rejections) -> str:
    """The counts as a list."""
    facts = {
        "rejected": counts.rejected,
        "rightly, it was no digit": counts.right,
        "wrongly, it was a digit": counts.wrong,
        "read as a digit, but it was none": counts.missed,
    }
    rows = "".join(f"<div><dt>{name}</dt><dd>{count:,}</dd></div>" for name, count in facts.items())
    return f'<dl class="facts" data-testid="rejections">{rows}</dl>'
