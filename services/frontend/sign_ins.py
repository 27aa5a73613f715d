"""Puts the token of a curator who signed in on the page into a cookie.

The page talks to the browser through a WebSocket, which sets no cookies. So the page gives the browser a ticket, and
the browser exchanges it for the cookie with a request to `/session`. A ticket is good for one exchange, by the browser
that it was made for, within a minute. A ticket for an empty token removes the cookie: that is signing out.
"""

import secrets
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from services.frontend.cookies import BROWSER, CURATOR, CookieSettings, name_browser, write_header

TICKET_S = 60.0
MAX_TICKETS = 1000
CURATOR_S = 12 * 60 * 60  # as long as storage accepts the token


@dataclass(frozen=True)
class Ticket:
    """`browser` is the name of the browser, `until` a time of `time.monotonic`."""

    browser: str
    token: str
    until: float


class SignIns:
    """The open tickets of the process."""

    def __init__(self, max_tickets: int = MAX_TICKETS) -> None:
        self._max_tickets = max_tickets
        self._tickets: OrderedDict[str, Ticket] = OrderedDict()
        self._lock = threading.Lock()

    def make_ticket(self, browser: str, token: str) -> str:
        """A secret that the browser exchanges for the cookie."""
        number = secrets.token_urlsafe(32)
        with self._lock:
            self._tickets[number] = Ticket(browser, token, time.monotonic() + TICKET_S)
            while len(self._tickets) > self._max_tickets:
                self._tickets.popitem(last=False)
        return number

    def take(self, number: str, browser: str) -> str | None:
        """The token of the ticket. None if there is no such ticket, or if it is another browser's or too old."""
        with self._lock:
            ticket = self._tickets.pop(number, None)
        if ticket is None or ticket.browser != browser or ticket.until < time.monotonic():
            return None
        return ticket.token

    async def answer(self, request: Request, path: str) -> Response:
        """POST /session: the ticket in the header X-Slate-Ticket in, the cookie out. 403 if the ticket is not good.

        No page of another origin can send that header. `path` is that of the page.
        """
        browser = name_browser(request.cookies.get(BROWSER, ""))
        token = self.take(request.headers.get("x-slate-ticket", ""), browser)
        if token is None:
            return Response(status_code=403)
        settings = CookieSettings(path=path, secure=request.url.scheme == "https")
        answer = Response(status_code=204)
        answer.raw_headers.append(write_header(CURATOR, token, CURATOR_S if token else 0, settings))
        return answer
