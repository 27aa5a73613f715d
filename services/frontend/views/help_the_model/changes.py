"""The card that says what the help changed, with the drawings that were read again."""

from html import escape

import streamlit as st

from services.frontend.elements.answer import describe_label, name_label, sign_answer, sign_label
from services.frontend.elements.headings import show_heading
from services.frontend.session.identity import Identity
from services.frontend.views.help_the_model.read_again import (
    Drawing,
    ReadAgain,
    describe_read_again,
    get_snapshots,
    refresh,
)

FOLLOW_EVERY_S = 2.0
CHANGED = "What your help changed"
CHANGED_NOTE = "labelled drawings that an earlier version read wrongly; the new version may have learned from them"
NOTHING_CHANGED = (
    "As soon as a new version has learned from labels, you see here how many of the drawings that were read wrongly "
    "are read rightly."
)


def show_changes(identity: Identity) -> None:
    """What the version in use makes of drawings that were read wrongly, as soon as that is known."""
    refresh(identity.key)
    read, coming = get_snapshots().get(identity.key, 0)
    with st.container(border=True, key="help-changed"):
        show_heading(CHANGED, CHANGED_NOTE if read is not None and read.drawings else "")
        st.html(changes_html(read))
    if coming is not None:
        follow_reading(identity.key, coming)


@st.fragment(run_every=FOLLOW_EVERY_S)
def follow_reading(key: str, coming: int) -> None:
    """Shows the page again once the drawings were read again."""
    if get_snapshots().has(key, coming):
        st.rerun()


def changes_html(read: ReadAgain | None) -> str:
    """The sentence, and the drawings with how they are read now."""
    if read is None or not read.drawings:
        return f'<p class="sentence" data-testid="changed">{NOTHING_CHANGED}</p>'
    entries = "".join(map(_entry_html, read.drawings))
    return (
        f'<p class="sentence" data-testid="changed">{escape(describe_read_again(read))}</p>'
        f'<div class="strip" tabindex="0" role="list" aria-label="{CHANGED}">{entries}</div>'
    )


def _entry_html(drawing: Drawing) -> str:
    label, read = sign_label(drawing.label), describe_label(drawing.digit, None, rejected=drawing.rejected)
    words = f"It is {name_label(drawing.label)}, {'read rightly' if drawing.right else read} now"
    wrong = sign_answer(drawing.digit, rejected=drawing.rejected)
    caption = f"{label} ✓" if drawing.right else f"<s>{wrong}</s> {label}"
    return (
        f'<div class="entry {"right" if drawing.right else "wrong"}" role="listitem" title="{words}">'
        f'<img alt="{words}" src="{drawing.thumbnail}"><span>{caption}</span></div>'
    )
