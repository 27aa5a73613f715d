"""A curator's buttons: put a version in use, go back to the one before, let a model answer by default.

The page has no right of its own. It asks storage for a ticket with the token of the curator, and gives the ticket to
inference, which does what it says. Storage's audit and the journal of the model keep who and why.
"""

from dataclasses import dataclass
from html import escape

import streamlit as st

from services.frontend.connections import connect
from services.frontend.elements.headings import show_heading
from services.frontend.elements.sentences import describe_failure
from services.frontend.session.identity import get_identity, get_storage
from services.frontend.views.models.lookups import forget_models, get_journal
from shared.clients.service import RefusedError, ServiceUnavailableError
from shared.contracts.inference import ModelList, VersionDescription
from shared.contracts.message import ModelVersion
from shared.contracts.promotion import (
    MAX_REASON,
    ModelJournal,
    PromotionAction,
    PromotionRequest,
    shorten_objections,
)

NOTE = "for everybody, within seconds; no request is lost. Only a curator sees this part"
AWAY = "A service can't be reached right now. Look at the table above before you try again."
IN_USE = "This version is in use. There is no version before it to go back to."
NOT_SET_UP = (
    "This page can't change which version answers here. Use the command `python -m training.promotion` where the "
    "models are."
)
READER = "reader"


@dataclass(frozen=True)
class Change:
    """Something that the curator may do, with the words of its button. `version` is the one that would answer."""

    action: PromotionAction
    version: VersionDescription
    label: str


def show_promotion(listed: ModelList) -> None:
    """The whole part, for a curator; nothing for everybody else."""
    if not get_identity().is_curator:
        return
    with st.container(border=True, key="promotion"):
        show_heading("Which version answers", NOTE)
        show_changes_of_one(listed)


@st.fragment
def show_changes_of_one(listed: ModelList) -> None:
    """The choice of a version, and a button for each change that is possible with it."""
    by_reference = {one.reference: one for one in [*listed.models, *listed.readers]}
    options = sorted(by_reference, key=lambda reference: reference != str(listed.default))
    chosen = by_reference[st.selectbox("Version to put in use", options, key="promotion-version")]
    try:
        journal = get_journal(chosen.name)
    except (ServiceUnavailableError, RefusedError) as error:
        st.warning(describe_failure(AWAY, error))
        return
    if not journal.by_ticket:
        st.markdown(NOT_SET_UP)
        return
    changes = find_changes(chosen, by_reference, journal, listed.default)
    if not changes:
        st.html(f'<p class="sentence" data-testid="in-use">{IN_USE}</p>')
    for change in changes:
        show_change(change)


def find_changes(
    chosen: VersionDescription,
    by_reference: dict[str, VersionDescription],
    journal: ModelJournal,
    default: ModelVersion,
) -> list[Change]:
    """What can be done with the chosen version."""
    before = by_reference.get(f"{chosen.name}/{journal.version_before}")
    if chosen.version != journal.current:
        if chosen == before:
            return [make_roll_back(chosen)]
        return [Change("promote", chosen, "Make this the version in use")]
    changes = [] if before is None else [make_roll_back(before)]
    if chosen.name not in (default.name, READER):
        changes.append(Change("make_default", chosen, f"Let {chosen.name} answer by default"))
    return changes


def make_roll_back(version: VersionDescription) -> Change:
    """The way back to that version."""
    return Change("roll_back", version, f"Back to {version.reference}")


def show_change(change: Change) -> None:
    """The button, and behind it the objections of the gate, the question why, and the button that does it."""
    with st.popover(change.label, key=f"promotion-{change.action}"):
        if change.action != "make_default":
            show_objections(change.version)
        why = st.text_input(
            "Why?",
            max_chars=MAX_REASON,
            key=f"promotion-why-{change.action}",
            help="Everybody who sees this page can read it. Your name is in storage's audit only.",
        )
        if st.button(change.label, type="primary", key=f"promotion-really-{change.action}"):
            do(change, why.strip())


def show_objections(version: VersionDescription) -> None:
    """What the gate said when the version was published."""
    if not version.objections:
        no_objections = f"The gate had no objections to {escape(version.reference)}."
        st.html(f'<p class="sentence" data-testid="objections">{no_objections}</p>')
        return
    st.markdown(f"When it was published, the gate held {version.reference} back:")
    st.text("\n".join(f"– {objection}" for objection in version.objections))


def do(change: Change, why: str) -> None:
    """Ask storage for the ticket, give it to inference, and show the page anew."""
    if not why:
        st.warning("Say why first.")
        return
    version = change.version
    request = PromotionRequest(
        action=change.action,
        name=version.name,
        version=version.version,
        why=why,
        objections_seen=shorten_objections(version.objections),
    )
    try:
        answer = get_storage().request_promotion(request)
        connect().inference.use_ticket(change.action, version.name, answer.ticket or "")
    except (ServiceUnavailableError, RefusedError) as error:
        st.error(describe_failure(AWAY, error))
        return
    forget_models()
    st.toast(f"{version.reference} answers now.", icon=":material/check:")
    st.rerun()
