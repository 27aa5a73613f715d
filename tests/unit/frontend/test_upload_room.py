"""One visitor cannot fill the memory of the page with uploaded files."""

import gc
from types import SimpleNamespace

import httpx
import pytest
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec
from streamlit.testing.v1 import AppTest

from services.frontend import upload_room
from services.frontend.upload_room import ALL_BYTES, SESSION_BYTES, TAKEN_OVER, UploadRoom, find_held_bytes
from services.frontend.views.photo.state import count_held_bytes

MIB = 1024 * 1024
held: dict[str, int] = {}


async def take(scope: Scope, receive: Receive, send: Send) -> None:
    await Response(status_code=204)(scope, receive, send)


@pytest.fixture
def room() -> UploadRoom:
    held.clear()
    return UploadRoom(take, largest=32 * MIB, find_held=lambda: held)


async def put(room: UploadRoom, session: str, content: object = b"a file", method: str = "PUT") -> int:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(room), base_url="http://page") as client:
        answer = await client.request(method, f"/slate/_stcore/upload_file/{session}/file", content=content)
        return answer.status_code


async def test_a_session_that_holds_enough_gets_no_further_file_and_others_do(room: UploadRoom) -> None:
    assert await put(room, "a") == 204
    held["a"] = SESSION_BYTES
    assert await put(room, "a") == 413
    assert await put(room, "b") == 204
    assert await put(room, "a", method="DELETE") == 204


async def test_a_body_of_unknown_length_counts_as_the_largest(room: UploadRoom) -> None:
    async def parts():
        yield b"a file"

    held["a"] = SESSION_BYTES - 32 * MIB + 1
    assert await put(room, "a", parts()) == 413
    held["a"] -= 1
    assert await put(room, "a", parts()) == 204


async def test_all_sessions_together_have_a_limit_too(room: UploadRoom) -> None:
    held.update({str(number): SESSION_BYTES - MIB for number in range(ALL_BYTES // SESSION_BYTES)} | {"b": 4 * MIB})
    assert await put(room, "new") == 413


async def test_files_that_are_still_coming_count(monkeypatch: pytest.MonkeyPatch, room: UploadRoom) -> None:
    monkeypatch.setattr(upload_room, "SESSION_BYTES", 10)
    seen = []

    async def take_while_another_comes(scope: Scope, receive: Receive, send: Send) -> None:
        if not seen:
            seen.append(0)
            seen.append(await put(room, "a", b"123456"))
        await take(scope, receive, send)

    room.app = take_while_another_comes
    assert await put(room, "a", b"123456") == 204
    assert seen == [0, 413]
    assert await put(room, "a", b"123456") == 204


def take_pictures() -> None:
    """The script of a session that has two pictures, one of which an earlier session had too."""
    import streamlit as st

    from services.frontend.views.photo.state import Photo, get_photo_page

    get_photo_page().take([Photo(name, name, "upload", bytes(100)) for name in ("earlier", st.session_state["name"])])


def test_the_pictures_that_sessions_have_taken_over_count_until_the_sessions_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gc.collect()
    before = count_held_bytes()
    sessions = []
    for name in ("one", "two"):
        session = AppTest.from_function(take_pictures, default_timeout=60)
        session.session_state["name"] = name
        sessions.append(session.run())
    manager = MemoryUploadedFileManager("/")
    manager.add_file("a", UploadedFileRec("file", "form.jpg", "image/jpeg", bytes(7)))
    monkeypatch.setattr(
        upload_room, "Runtime", SimpleNamespace(instance=lambda: SimpleNamespace(uploaded_file_mgr=manager))
    )
    assert find_held_bytes() == {TAKEN_OVER: before + 300, "a": 7}
    sessions.clear()
    del session
    gc.collect()
    assert count_held_bytes() == before


async def test_taken_pictures_leave_less_room_for_all(room: UploadRoom) -> None:
    held[TAKEN_OVER] = ALL_BYTES - MIB
    assert await put(room, "a", bytes(MIB)) == 204
    assert await put(room, "a", bytes(MIB + 1)) == 413
