"""The version in shadow beside the version in use: agreement, accuracy on labels, and the drawings where they differ.

Inference says which version runs in shadow, storage what it answered. Without one, nothing is shown.
"""

from html import escape

import streamlit as st

from services.frontend.connections import connect
from services.frontend.elements.answer import name_label, percent
from services.frontend.elements.headings import show_heading
from services.frontend.elements.measures import sign_test
from services.frontend.elements.sentences import show_failure
from services.frontend.elements.thumbnails import find_thumbnails
from services.frontend.session.identity import get_identity, get_storage
from shared.clients.service import RefusedError, ServiceUnavailableError
from shared.contracts.inference import ModelList
from shared.contracts.shadow import Disagreement, ShadowComparison
from shared.contracts.storage import NOT_A_DIGIT, TrueDigit, is_right

COMPARISON_TTL_S = 5.0
NOISE = 0.05  # a difference that chance alone makes more often than this may be noise
AWAY = "Storage can't be reached right now. The comparison will appear when it is back."
NOTHING_YET = "No drawing has been compared yet. The next drawings will be."


def show_shadow(listed: ModelList) -> None:
    """The whole section, or nothing."""
    if listed.shadow is None:
        return
    with st.container(border=True, key="shadow"):
        show_heading("In shadow", f"{listed.shadow} reads the same drawings, and its answers are shown only here")
        try:
            compared = compare(get_identity().key, str(listed.shadow))
        except (ServiceUnavailableError, RefusedError) as error:
            show_failure(AWAY, error)
            return
        sentences = (describe_agreement(compared), describe_accuracy(compared), describe_difference(compared))
        for name, sentence in zip(("agreement", "accuracy", "difference"), sentences, strict=True):
            if sentence:
                st.html(f'<p class="sentence" data-testid="shadow-{name}">{sentence}</p>')
        if compared.disagreements:
            show_disagreements(compared.disagreements)


@st.cache_data(ttl=COMPARISON_TTL_S, max_entries=1000, show_spinner=False)
def compare(key: str, reference: str) -> ShadowComparison:
    """What the person with this key may see. ServiceUnavailableError, RefusedError."""
    return connect().callers.acting_as(key).compare_shadow(reference)


def describe_agreement(compared: ShadowComparison) -> str:
    """How often both showed the same."""
    if not compared.answered:
        return NOTHING_YET
    which = f"the newest {compared.answered:,}" if compared.more else f"{compared.answered:,}"
    share = percent(compared.agreed / compared.answered)
    return f"It showed the same as the version in use for {compared.agreed:,} of {which} drawings ({share})."


def describe_accuracy(compared: ShadowComparison) -> str:
    """How often each was right, by the labels."""
    if not compared.labelled:
        return "None of them has a label yet, so nobody knows which of both reads better." if compared.answered else ""
    used, shadow = (percent(right / compared.labelled) for right in (compared.right, compared.shadow_right))
    labels = "1 label that was" if compared.labelled == 1 else f"{compared.labelled:,} labels that were"
    return (
        f"By the {labels} given since, the version in use read {compared.right:,} rightly ({used}), "
        f"and the version in shadow {compared.shadow_right:,} ({shadow})."
    )


def describe_difference(compared: ShadowComparison) -> str:
    """Whether the difference is more than noise: McNemar's exact test."""
    ours, theirs = compared.only_right, compared.only_shadow_right
    if not compared.labelled:
        return ""
    if not ours + theirs:
        return "Neither was right where the other was wrong."
    counts = f"{theirs:,} were read rightly by the version in shadow alone, and {ours:,} by the version in use alone"
    if sign_test(ours, theirs) >= NOISE:
        return f"The difference may be noise: {counts}."
    return f"The version in shadow is {'better' if theirs > ours else 'worse'}, and by more than noise: {counts}."


def show_disagreements(disagreements: list[Disagreement]) -> None:
    """The newest drawings for which they showed different things, as far as this person may see them."""
    thumbnails = find_thumbnails([each.prediction.id for each in disagreements], get_storage())
    entries = "".join(disagreement_html(each, thumbnails[each.prediction.id]) for each in disagreements)
    st.html(
        '<p class="sentence">The newest drawings where they differ: what was shown → what the version in shadow says. '
        "A frame is green if a label says that only the version in shadow is right, and red if only the other is.</p>"
        f'<div class="strip" data-testid="disagreements" tabindex="0" role="list" aria-label="Drawings where they '
        f'differ">{entries}</div>'
    )


def disagreement_html(each: Disagreement, thumbnail: str) -> str:
    """One drawing with both answers."""
    stored, shadow = each.prediction, each.shadow
    shown = name_shown(stored.digit, rejected=stored.rejected)
    instead = name_shown(shadow.digit, rejected=shadow.rejected)
    label = "" if stored.label is None else f"; it is {name_label(stored.label)}"
    gain = is_right(shadow.digit, stored.label, rejected=shadow.rejected) - is_right(
        stored.digit, stored.label, rejected=stored.rejected
    )
    mark = {1: "right", 0: "", -1: "wrong"}[gain]
    words = escape(f"{stored.model} read {name_label(shown)}, the version in shadow {name_label(instead)}{label}")
    signs = ["–" if one == NOT_A_DIGIT else one for one in (shown, instead)]
    return (
        f'<div class="entry {mark}" role="listitem" data-id="{stored.id}" title="{words}">'
        f'<img alt="A drawing: {words}" src="{thumbnail}"><span>{signs[0]} → {signs[1]}</span></div>'
    )


def name_shown(digit: int, *, rejected: bool) -> TrueDigit:
    """What a person gets to see of an answer."""
    return NOT_A_DIGIT if rejected else digit
