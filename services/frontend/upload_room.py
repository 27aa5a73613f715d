"""ASGI middleware that refuses a file if its session, or all sessions together, hold too many bytes already.

Streamlit keeps an uploaded file in memory until the page has taken it over or the visitor leaves. It limits the size of
each file, and not how many there are. So one visitor could fill the memory of the page. Pictures that the Photo pages
have taken over count for all sessions together.
"""

from collections import Counter
from collections.abc import Callable, Mapping

from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit.runtime import Runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

from shared.web.problems import problem_response
from shared.web.request_body import find_length

UPLOAD = "/_stcore/upload_file/"  # then the session and the file
SESSION_BYTES = 256 * 1024 * 1024  # twice what the Photo page keeps of a session
ALL_BYTES = 768 * 1024 * 1024  # in a process; the memory of a pod of the frontend holds it beside everything else
TAKEN_OVER = ""  # in the place of a session: the pictures of all Photo pages
NO_ROOM = "This page holds too many files already. Wait until they are read, choose fewer at once, or try again later."
FindHeld = Callable[[], Mapping[str, int]]  # → session → bytes


class UploadRoom:
    """`largest` is the most that a file may have, which a body of unknown length is counted as."""

    def __init__(self, app: ASGIApp, largest: int, find_held: FindHeld | None = None) -> None:
        self.app = app
        self._largest = largest
        self._find_held = find_held or find_held_bytes
        self._coming: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 413 `too_large` to a file without room, and pass everything else on."""
        if scope["type"] != "http" or scope["method"] != "PUT" or UPLOAD not in scope["path"]:
            await self.app(scope, receive, send)
            return
        session = scope["path"].partition(UPLOAD)[2].partition("/")[0]
        size = find_length(scope["headers"]) or self._largest
        if not self._has_room(session, size):
            await problem_response("too_large", NO_ROOM)(scope, receive, send)
            return
        self._coming[session] += size
        try:
            await self.app(scope, receive, send)
        finally:
            self._coming[session] -= size
            self._coming += Counter()  # forgets the sessions without files

    def _has_room(self, session: str, size: int) -> bool:
        held = self._find_held()
        of_session = held.get(session, 0) + self._coming[session]
        of_all = sum(held.values()) + self._coming.total()
        return of_session + size <= SESSION_BYTES and of_all + size <= ALL_BYTES


def find_held_bytes() -> Mapping[str, int]:
    """What Streamlit's runtime holds of each session, and what the Photo pages have taken over."""
    from services.frontend.views.photo.state import count_held_bytes  # not before the first upload: see __main__.py

    held = {TAKEN_OVER: count_held_bytes()}
    manager = Runtime.instance().uploaded_file_mgr
    if isinstance(manager, MemoryUploadedFileManager):
        sessions = list(manager.file_storage.items())  # other threads add files and remove them
        held |= {session: sum(len(file.data) for file in list(files.values())) for session, files in sessions}
    return held
