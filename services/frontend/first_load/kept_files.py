"""ASGI middleware that keeps the files of Streamlit's own page in memory, those of text compressed.

Streamlit reads each file in small parts for every browser, which keeps its event loop from other work, and sends it
uncompressed, because it would compress it again for each. A first visit over a slow line mostly waits for these files.

Two of them are fonts that Streamlit shows before the theme of the page comes. Ours are sent in their place: they are
there from the first moment, and nobody loads 550 kB that are never used.
"""

import gzip
import posixpath
from pathlib import Path

import anyio
from anyio import to_thread
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from services.frontend.first_load.whole_answer import WholeAnswer, collect

FOLDER = "/static/"  # of Streamlit's page, below the path of the page
TEXT = ("text/javascript", "application/javascript", "text/css", "image/svg+xml")
OURS = {"media/SourceSansVF-Upright.": "inter.woff2", "media/MaterialSymbols-Rounded.": "icons.woff"}
STATIC = Path(__file__).parents[1] / "static"
KEPT_FOR_EVER = "immutable"  # how Streamlit marks files whose name changes with their content


class KeptFiles:
    """`path` is that of the page. What is kept is at most all the files of Streamlit's page, some 10 MB.

    Streamlit also answers other spellings of a path (`/static//js/...`), of which there is no end. They are not kept.
    """

    def __init__(self, app: ASGIApp, path: str) -> None:
        self.app = app
        self._folder = path.rstrip("/") + FOLDER
        self._kept: dict[str, WholeAnswer] = {}
        self._turn = anyio.Lock()  # many browsers that come at once to a new process do not compress a file many times

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the kept file, or let the app answer."""
        if scope["type"] == "http" and self._is_file(scope["path"]) and takes_whole_gzip(scope):
            answer = await self._find(scope, receive)
            await answer.send(send)
        else:
            await self.app(scope, receive, send)

    def _is_file(self, path: str) -> bool:
        return path.startswith(self._folder) and posixpath.normpath(path) == path

    async def _find(self, scope: Scope, receive: Receive) -> WholeAnswer:
        path = scope["path"]
        if path not in self._kept:
            async with self._turn:
                if path not in self._kept:
                    answer = await collect(self.app, scope, receive)
                    if answer.status != 200 or KEPT_FOR_EVER not in answer.find("cache-control"):
                        return answer
                    name = path.removeprefix(self._folder)
                    self._kept[path] = await to_thread.run_sync(prepare, name, answer)
        return self._kept[path]


def takes_whole_gzip(scope: Scope) -> bool:
    """Whether the request asks for a whole file that the browser does not have, and may be answered with gzip."""
    headers = Headers(scope=scope)
    asks_for_less = any(name in headers for name in ("range", "if-none-match", "if-modified-since"))
    return scope["method"] == "GET" and "gzip" in headers.get("accept-encoding", "") and not asks_for_less


def prepare(name: str, answer: WholeAnswer) -> WholeAnswer:
    """The file to send: our font in place of Streamlit's, text with gzip, and everything else as it is."""
    for beginning, ours in OURS.items():
        if name.startswith(beginning):
            return answer.change(
                (STATIC / ours).read_bytes(), content_type=f"font/{ours.rpartition('.')[2]}", etag=None
            )
    if not answer.find("content-type").startswith(TEXT) or answer.find("content-encoding"):
        return answer
    return answer.change(gzip.compress(answer.body, mtime=0), content_encoding="gzip", vary="Accept-Encoding")
