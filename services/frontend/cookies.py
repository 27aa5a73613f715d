"""The cookies of the page: which browser this is, its visitor's token, and the token of a curator who signed in.

All are HttpOnly, so no script in the browser can read them. The browser's own secret binds each session of the page to
its browser (browser_cookies.py).
"""

import hashlib
import re
import secrets
from dataclasses import dataclass
from http.cookies import SimpleCookie

BROWSER, VISITOR, CURATOR = "slate_browser", "slate_visitor", "slate_curator"
KEPT_S = 400 * 24 * 60 * 60  # as long as browsers keep a cookie at most
SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
MAX_CHARACTERS = 4000  # of a value; browsers drop cookies above 4,096 bytes


@dataclass(frozen=True)
class CookieSettings:
    """`path` is that of the page; `secure` is true if the browser came over HTTPS."""

    path: str
    secure: bool


def make_browser_secret() -> str:
    """256 random bits."""
    return secrets.token_urlsafe(32)


def is_browser_secret(value: str) -> bool:
    """Whether `make_browser_secret` can have made the value. Others are guesses, or too long to be sent back."""
    return SECRET.fullmatch(value) is not None


def name_browser(secret: str) -> str:
    """A name for the browser that does not tell its secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def is_token(value: str) -> bool:
    """Whether a header can hold the value. Storage says whether it is a valid token."""
    return 0 < len(value) < MAX_CHARACTERS and value.isascii() and value.isprintable() and " " not in value


def write_header(name: str, value: str, max_age_s: int, settings: CookieSettings) -> tuple[bytes, bytes]:
    """The header that sets the cookie. A `max_age_s` of 0 removes it."""
    cookie: SimpleCookie = SimpleCookie({name: value})
    morsel = cookie[name]
    morsel["max-age"] = max_age_s
    morsel["path"] = settings.path
    morsel["httponly"] = True
    morsel["samesite"] = "Lax"
    if settings.secure:
        morsel["secure"] = True
    return b"set-cookie", morsel.OutputString().encode("latin-1")
