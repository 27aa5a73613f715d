"""Who is in front of the page: the person at the keyboard of this machine, a curator who signed in, or a visitor.

It follows from the cookies and addresses of the browser's WebSocket, and from what storage said of the tokens. Nothing
here waits for storage. Storage checks the token of every request, so a wrong guess here shows nothing to anybody.
"""

import hashlib
import secrets
from dataclasses import dataclass
from enum import Enum, auto

import streamlit as st

from services.frontend.caller_keys import BEARER, BROWSER, OWN, make_curator_key
from services.frontend.connections import CURATE, connect, find_rights
from services.frontend.cookies import BROWSER as BROWSER_COOKIE
from services.frontend.cookies import CURATOR, VISITOR, is_token, name_browser
from services.frontend.keyboard import is_from_keyboard
from services.frontend.saving.personal_outbox import PersonalOutbox
from services.frontend.storage_client import StorageClient
from shared.contracts.access import Me, VisitorsSee

LOCAL_CURATOR = "local"  # the name that storage gives to the curator with the password
COOKIELESS = "cookieless-browser"  # session key of the name of a browser that keeps no cookies


class Kind(Enum):
    """What a person may do here."""

    KEYBOARD = auto()  # everything, without signing in
    CURATOR = auto()  # everything, because this person signed in
    VISITOR = auto()  # see and change the own drawings


@dataclass(frozen=True)
class Identity:
    """`key` is that of caller_keys.py, `name` that of a curator. `owns` says whether drawings belong to this person.

    `visitors_see` is what visitors see of others here.
    """

    key: str
    kind: Kind
    name: str = ""
    visitors_see: VisitorsSee = "nothing"
    owns: bool = False

    @property
    def title(self) -> str:
        """How the page calls a curator: `Curator`, or the name from the OpenID provider."""
        return "Curator" if self.name in ("", LOCAL_CURATOR) else self.name

    @property
    def is_curator(self) -> bool:
        """Whether this person may see and change everything."""
        return self.kind is not Kind.VISITOR

    @property
    def sees_history(self) -> bool:
        """Whether this person sees the drawings of others."""
        return self.is_curator or self.visitors_see == "history"

    @property
    def sees_totals(self) -> bool:
        """Whether this person sees the statistics of everybody's drawings."""
        return self.is_curator or self.visitors_see != "nothing"


def get_identity() -> Identity:
    """Who the person in this session is, as far as it is known."""
    installation = find_rights(OWN)
    if connect().on_loopback and _may_curate(installation) and is_from_keyboard(st.context.headers):
        return Identity(OWN, Kind.KEYBOARD)
    token = get_curator_token()
    rights = find_rights(BEARER + token) if token else None
    if token and rights is not None and _may_curate(rights):
        key = make_curator_key(token, rights.curator) if rights.curator else BEARER + token
        return Identity(key, Kind.CURATOR, rights.curator or "", owns=rights.owns)
    return Identity(get_visitor_key(), Kind.VISITOR, visitors_see=_what_visitors_see(installation), owns=True)


def get_curator_token() -> str | None:
    """The token of a curator who signed in. None if nobody did; storage has not checked it yet."""
    token = st.context.cookies.get(CURATOR, "")
    return token if is_token(token) else None


def get_visitor_key() -> str:
    """The key of the visitor; for a browser without a token, the key under which it will get one."""
    token = st.context.cookies.get(VISITOR, "")
    return BEARER + token if is_token(token) else BROWSER + get_browser_name()


def get_browser_name() -> str:
    """A name that no other browser has and that does not change."""
    secret = st.context.cookies.get(BROWSER_COOKIE)
    if secret:
        return name_browser(secret)
    if COOKIELESS not in st.session_state:
        st.session_state[COOKIELESS] = secrets.token_urlsafe(32)
    return name_browser(st.session_state[COOKIELESS])


def name_person() -> str:
    """A name for the person in this browser, which tells nothing else.

    It stays the same when the page is loaded again. The key does not: each load renews the visitor's token.
    """
    identity = get_identity()
    return hashlib.sha256(f"{identity.kind.name} {identity.name} {get_browser_name()}".encode()).hexdigest()[:16]


def get_storage() -> StorageClient:
    """Storage with the rights of the person in front of the page."""
    return connect().callers.acting_as(get_identity().key)


def get_outbox() -> PersonalOutbox:
    """The outbox with the rights of the person in front of the page."""
    identity = get_identity()
    return PersonalOutbox(connect().outbox, identity.key, None if identity.is_curator else get_browser_name())


def _may_curate(rights: Me | None) -> bool:
    return rights is not None and CURATE in rights.scopes


def _what_visitors_see(installation: Me | None) -> VisitorsSee:
    return "nothing" if installation is None else installation.visitors_see
