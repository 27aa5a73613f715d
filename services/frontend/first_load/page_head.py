"""ASGI middleware that adds to Streamlit's HTML page what must be there before the first run: title, styles, scripts.

Streamlit draws the empty page before the first run of the script. Styles that came with that run would move everything
once more, and every run would send them again.
"""

import gzip
import re
from functools import lru_cache
from pathlib import Path

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Receive, Scope, Send

from services.frontend.browser_cookies import is_page_load
from services.frontend.first_load.early_scripts import list_early_scripts, write_preloads
from services.frontend.first_load.whole_answer import WholeAnswer, collect

FRONTEND = Path(__file__).parents[1]
STYLES = FRONTEND / "styles"
SCROLLING = FRONTEND / "scrolling.js"  # first of all, because it watches where the visitor goes
TITLE = re.compile(rb"<title>[^<]*</title>")
HEAD = b"""<title>Slate</title>
    <meta name="color-scheme" content="light dark" />"""  # no white flash before a dark page
END_OF_HEAD = b"</head>"
BODY = b"<body>"  # styles begin here, because the later rule wins, and Streamlit adds its own to the head


class PageHead:
    """Must be inside the middleware that sets cookies, which looks at the kind of the answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._styles = b"<style>" + "\n".join(sheet.read_text() for sheet in list_sheets()).encode() + b"</style>"
        self._script = b"<script>" + SCROLLING.read_bytes() + b"</script>"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Change the answer if it is the page."""
        if scope["type"] != "http" or not is_page_load(scope) or "/media/" in scope["path"]:  # downloads of any size
            await self.app(scope, receive, send)
            return
        answer = await collect(self.app, ask_for_all(scope), receive)
        if answer.status == 200 and answer.find("content-type").startswith("text/html"):
            takes_gzip = "gzip" in Headers(scope=scope).get("accept-encoding", "")
            answer = change_page(answer, self._styles, self._script, takes_gzip=takes_gzip)
        await answer.send(send)


def list_sheets() -> list[Path]:
    """The styles of all pages, in the order in which they apply."""
    return sorted(STYLES.glob("*.css"))


def ask_for_all(scope: Scope) -> Scope:
    """The request without what lets the app answer with less than the page: its encodings, and what the browser has."""
    headers = MutableHeaders(raw=list(scope["headers"]))
    for name in ("accept-encoding", "if-none-match", "if-modified-since"):
        del headers[name]
    return {**scope, "headers": headers.raw}


def change_page(answer: WholeAnswer, styles: bytes, script: bytes, *, takes_gzip: bool) -> WholeAnswer:
    """The page of Slate. Without a tag, because that of Streamlit's file is not that of this page."""
    page = write_page(answer.body, styles, script)
    unnamed = {"etag": None, "last_modified": None, "vary": "Accept-Encoding"}
    if not takes_gzip:
        return answer.change(page, **unnamed)
    return answer.change(compress(page), **unnamed, content_encoding="gzip")


@lru_cache(maxsize=4)
def write_page(page: bytes, styles: bytes, script: bytes) -> bytes:
    """Streamlit's HTML with the title, the early scripts and the styles of Slate."""
    early = script + write_preloads(page, list_early_scripts())
    return TITLE.sub(HEAD, page, count=1).replace(END_OF_HEAD, early + END_OF_HEAD, 1).replace(BODY, BODY + styles, 1)


@lru_cache(maxsize=4)
def compress(page: bytes) -> bytes:
    """The page with gzip. It is the same for everybody."""
    return gzip.compress(page, mtime=0)
