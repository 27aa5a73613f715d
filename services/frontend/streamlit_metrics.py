"""ASGI middleware that keeps Streamlit's own metrics from everybody beyond a reverse proxy, as /metrics keeps ours.

Streamlit serves them below the path of the page, which a proxy publishes as a whole, and lets no other route take their
address.
"""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.web.metrics import was_passed_on
from shared.web.problems import problem_response

PATH = "/_stcore/metrics"


class StreamlitMetrics:
    """Answers 404 `not_found` to a request for them that a proxy passed on."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] == "http" and scope["path"].endswith(PATH) and was_passed_on(Headers(scope=scope)):
            await problem_response("not_found", "There is nothing at this address.")(scope, receive, send)
        else:
            await self.app(scope, receive, send)
