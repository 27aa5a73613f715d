"""The Sign in page: with the password of the local curator, or through the OpenID provider that is configured.

A curator reads the audit there.
"""

from html import escape

import streamlit as st
from pydantic import ValidationError

from services.frontend.caller_keys import OWN
from services.frontend.connections import find_rights
from services.frontend.elements.headings import show_title
from services.frontend.session.identity import Identity, Kind, get_identity
from services.frontend.session.signing_in import is_logged_in, sign_in, sign_out
from services.frontend.views.sign_in.audit import show_audit
from shared.contracts.access import SignIn

WHY = "A curator sees everybody's drawings, corrects and deletes them, and downloads all of them."
AT_KEYBOARD = "You are at the machine that runs Slate, so you are its curator without signing in."
NO_WAY = "Nobody can sign in here: neither a password nor an OpenID provider is set up."
AWAY = "Storage can't be reached right now. You can sign in when it is back."
NO_CURATOR = "You are signed in as {name}, but you are no curator here. The operator can add you."


def show_sign_in() -> None:
    """The whole page."""
    identity = get_identity()
    with (
        st.container(horizontal=True, horizontal_alignment="center"),
        st.container(border=True, key="sign-in", width=460),
    ):
        if identity.kind is Kind.KEYBOARD:
            show_title("Curator")
            st.html(f'<p class="sentence">{AT_KEYBOARD}</p>')
        elif identity.is_curator:
            show_signed_in(identity)
        else:
            show_title("Sign in")
            st.html(f'<p class="note">{WHY}</p>')
            show_ways()
    if identity.is_curator:
        show_audit()


def show_signed_in(identity: Identity) -> None:
    """Who is signed in, and the button to sign out."""
    show_title("Signed in")
    st.html(f'<p class="sentence" data-testid="signed-in">As <b>{escape(identity.title)}</b>, for twelve hours.</p>')
    st.html(f'<p class="note">{WHY}</p>')
    if st.button("Sign out", icon=":material/logout:", key="sign-out"):
        sign_out()


def show_ways() -> None:
    """What the installation offers."""
    installation = find_rights(OWN)
    if installation is None:
        st.html(f'<p class="sentence">{AWAY}</p>')
        return
    if "id_token" in installation.sign_in and has_provider():
        show_provider()
    elif "password" in installation.sign_in:
        show_password()
    else:
        st.html(f'<p class="sentence">{NO_WAY}</p>')


def has_provider() -> bool:
    """Whether Streamlit's secrets name an OpenID provider."""
    return "is_logged_in" in st.user  # Streamlit adds it if there is a section [auth]


def show_provider() -> None:
    """The button that leads to the provider."""
    if is_logged_in():
        name = str(st.user.get("email") or st.user.get("name") or "somebody")
        st.html(f'<p class="sentence" data-testid="no-curator">{escape(NO_CURATOR.format(name=name))}</p>')
        if st.button("Sign out", icon=":material/logout:", key="sign-out"):
            sign_out()
        return
    if st.button("Sign in", icon=":material/login:", type="primary", key="sign-in-provider"):
        st.login()


def show_password() -> None:
    """The form for the password."""
    with st.form("password", border=False, clear_on_submit=True):
        password = st.text_input("Password of the curator", type="password", autocomplete="current-password")
        is_sent = st.form_submit_button("Sign in", icon=":material/login:", type="primary")
    if is_sent and (problem := try_password(password)):
        st.error(problem)


def try_password(password: str) -> str:
    """Returns why the password is not accepted, empty if it is."""
    try:
        wanted = SignIn(password=password)
    except ValidationError:
        return "Type the password."
    return sign_in(wanted)


show_sign_in()
