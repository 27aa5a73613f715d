"""The line at the foot of every page that says who the person in front of it is, and what that person sees."""

from html import escape

import streamlit as st

from services.frontend.caller_keys import BEARER, OWN
from services.frontend.connections import check_health, find_rights
from services.frontend.session.identity import Identity, Kind, get_curator_token
from services.frontend.session.signing_in import take_id_token

PATIENCE_S = 1.0  # for the first run of a session, which must know who the person is; nobody has drawn anything yet
GREETED = "greeted"  # session key
VISITORS = {
    "history": "Everybody sees the drawings here, and you change only yours.",
    "totals": "Others don't see your drawings, and you don't see theirs. All drawings count in the statistics.",
    "nothing": "Others don't see your drawings, and you don't see theirs.",
}
AT_KEYBOARD = "You are at the machine that runs Slate, so you see and change everything."


def wait_for_rights() -> None:
    """In the first run of a session, waits a moment for what storage says of this installation and of the curator."""
    if GREETED in st.session_state:
        return
    st.session_state[GREETED] = True
    if check_health().storage:
        find_rights(OWN, PATIENCE_S)
        if token := get_curator_token():
            find_rights(BEARER + token, PATIENCE_S)


def show_who(identity: Identity) -> None:
    """Also signs in a person who comes back from the OpenID provider."""
    st.html(f'<footer class="who" data-testid="who">{describe(identity)}</footer>')
    if problem := take_id_token(identity):
        st.warning(problem)


def describe(identity: Identity) -> str:
    """One line of HTML."""
    if identity.kind is Kind.KEYBOARD:
        return AT_KEYBOARD
    if identity.is_curator:
        return f"Signed in: {escape(identity.title)}. You see and change everything."
    return VISITORS[identity.visitors_see]
