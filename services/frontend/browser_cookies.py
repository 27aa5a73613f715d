"""ASGI middleware that gives each browser its cookies, and binds each session of the page to its browser.

A page load sets the browser's secret and renews the visitor's token. Streamlit resumes a
session for whoever sends its id, unless the user information differs (`server.trustedUserHeaders`). So this middleware
adds the browser's name to each WebSocket as a header, and removes what a client sent under that name.
"""

import secrets
from collections.abc import Callable

import anyio
from anyio import to_thread
from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.frontend import cookies
from services.frontend.cookies import CookieSettings

BROWSER_HEADER = "x-slate-browser"
PATIENCE_S = 1.0  # how long a page load waits for a token; without one the browser gets it with a later page load
IssueToken = Callable[[str, str], str | None]  # (browser's name, earlier token or "") → token, None if there is none


class BrowserCookies:
    """`issue_token` may block; it runs in a thread. `path` is that of the page."""

    def __init__(self, app: ASGIApp, issue_token: IssueToken, path: str) -> None:
        self.app = app
        self.issue_token = issue_token
        self.path = path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with what it needs."""
        if scope["type"] == "websocket":
            await self.app(bind_session(scope), receive, send)
        elif scope["type"] == "http" and is_page_load(scope):
            headers = await self._make_headers(scope)
            await self.app(scope, receive, add_headers(send, headers))
        else:
            await self.app(scope, receive, send)

    async def _make_headers(self, scope: Scope) -> list[tuple[bytes, bytes]]:
        """The `Set-Cookie` headers that this browser needs."""
        settings = CookieSettings(path=self.path, secure=scope["scheme"] == "https")
        sent = read_cookies(scope)
        secret = sent.get(cookies.BROWSER, "")
        if not cookies.is_browser_secret(secret):
            secret = cookies.make_browser_secret()
        earlier = sent.get(cookies.VISITOR, "")
        values = {cookies.BROWSER: secret}
        if token := await self._ask(cookies.name_browser(secret), earlier if cookies.is_token(earlier) else ""):
            values[cookies.VISITOR] = token
        return [cookies.write_header(name, value, cookies.KEPT_S, settings) for name, value in values.items()]

    async def _ask(self, browser: str, earlier: str) -> str | None:
        with anyio.move_on_after(PATIENCE_S):
            return await to_thread.run_sync(self.issue_token, browser, earlier, abandon_on_cancel=True)
        return None


def is_page_load(scope: Scope) -> bool:
    """Whether a browser opens a page, which is not the case for scripts, pictures and requests of scripts."""
    return scope["method"] == "GET" and "text/html" in Headers(scope=scope).get("accept", "")


def read_cookies(scope: Scope) -> dict[str, str]:
    """The cookies that the browser sent."""
    return cookie_parser(Headers(scope=scope).get("cookie", ""))


def bind_session(scope: Scope) -> Scope:
    """The scope with the browser's name as a header. A client without cookies gets a name that nobody can repeat."""
    secret = read_cookies(scope).get(cookies.BROWSER, "")
    name = cookies.name_browser(secret or secrets.token_urlsafe(32))
    header = BROWSER_HEADER.encode()
    kept = [(key, value) for key, value in scope["headers"] if key.lower() != header]
    return {**scope, "headers": [*kept, (header, name.encode())]}


def add_headers(send: Send, headers: list[tuple[bytes, bytes]]) -> Send:
    """A `send` that adds the headers to the answer, if it is a page."""

    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start" and is_page(message):
            message["headers"] = [*message["headers"], *headers]
        await send(message)

    return send_with_headers


def is_page(message: Message) -> bool:
    """Whether the answer is a page, or says that the browser has it, rather than a file or a problem."""
    kind = Headers(raw=message["headers"]).get("content-type", "")
    return message["status"] == 304 or (message["status"] == 200 and kind.startswith("text/html"))
