"""Signing in and out: storage makes a curator's token of a password or an ID token, and the browser keeps it.

The page cannot set the cookie itself, so it lets the browser exchange a ticket for it (sign_ins.py). The browser then
loads the page again, and with it comes the cookie.
"""

import streamlit as st
import structlog

from services.frontend.connections import connect
from services.frontend.session.identity import Identity, Kind, get_browser_name
from shared.clients.service import RefusedError, ServiceUnavailableError
from shared.contracts.access import SignIn

logger = structlog.get_logger(__name__)

LOCAL = "127.0.0.1"  # Streamlit gives no address for a browser on this machine
NOT_NOW = "Signing in is not possible right now. After many wrong passwords you have to wait 15 minutes."
TRIED = "tried-id-token"  # session key
SCRIPT = """<script>
fetch("{path}/session", {{method: "POST", headers: {{"X-Slate-Ticket": "{ticket}"}}}})
  .then(() => location.replace("{to}"));
</script>"""


def sign_in(sign_in_with: SignIn) -> str:
    """Signs in and loads the page again. Returns why that is not possible, empty if it is."""
    with_address = sign_in_with.model_copy(update={"address": st.context.ip_address or LOCAL})
    try:
        token = connect().callers.sign_in(with_address).token
    except RefusedError as refused:
        return refused.problem.detail
    except ServiceUnavailableError as error:
        logger.warning("sign_in_failed", reason=str(error))
        return NOT_NOW
    set_cookie(token, "/")
    return ""


def sign_out() -> None:
    """Removes the cookie, and loads the page again. Also signs out of the OpenID provider."""
    set_cookie("", "/auth/logout" if is_logged_in() else "/")


def take_id_token(identity: Identity) -> str:
    """Signs in with the ID token of `st.login`, once. Returns why that is not possible; empty if it is, or no need."""
    if identity.is_curator or TRIED in st.session_state or not is_logged_in():
        return ""
    st.session_state[TRIED] = True
    id_token = st.user.tokens.to_dict().get("id")
    if not id_token:
        return 'The page may not see the ID token: add `expose_tokens = "id"` to [auth] in secrets.toml.'
    return sign_in(SignIn(id_token=id_token))


def send_what_waited_for(identity: Identity) -> None:
    """Sends the changes that a curator made before an earlier token expired, now that this curator is back."""
    if identity.kind is Kind.CURATOR:
        connect().outbox.renew(identity.key)


def is_logged_in() -> bool:
    """Whether `st.login` knows the person. Such a person need not be a curator."""
    return bool(st.user.get("is_logged_in"))


def set_cookie(token: str, to: str) -> None:
    """Lets the browser take the cookie (an empty token removes it) and go to the path `to` of the page."""
    path = "/" + st.get_option("server.baseUrlPath").strip("/")
    path = path.rstrip("/")
    ticket = connect().sign_ins.make_ticket(get_browser_name(), token)
    st.html(SCRIPT.format(path=path, ticket=ticket, to=path + to), unsafe_allow_javascript=True)
