"""Deleting on the History page while drawings still wait for storage: none of them comes back."""

import threading
from collections.abc import Iterator
from uuid import uuid4

import pytest
from fastapi import FastAPI, Response
from streamlit.testing.v1 import AppTest

from services.frontend.connections import connect, refresh_rights
from services.frontend.saving.outbox import Delivery
from services.frontend.views.history.deleting import describe_rest
from tests.integration.clients.listening import listening
from tests.network import CLOSED_URL
from tests.unit.frontend.conftest import FakeBrowser, a_prediction

LONG_S = 30.0
VISITOR = "a.visitor"
EVERYTHING = "/v1/mine"


class FakeRows:
    """Storage that takes no new prediction while `is_full` is set. `deleted` are the paths of the deletions."""

    def __init__(self) -> None:
        self.is_full = threading.Event()
        self.stored: list[str] = []
        self.deleted: list[str] = []

    def make_app(self) -> FastAPI:
        app = FastAPI()

        @app.get("/readyz")
        def say_yes() -> dict[str, str]:
            return {}

        @app.put("/v1/predictions/{prediction_id}")
        def put(prediction_id: str) -> Response:
            if self.is_full.is_set():
                return Response(status_code=503)
            self.stored.append(prediction_id)
            return Response()

        @app.delete("/v1/predictions/{prediction_id}")
        def delete(prediction_id: str) -> Response:
            self.deleted.append(prediction_id)
            return Response()

        @app.delete(EVERYTHING)
        def delete_mine() -> dict[str, int]:
            self.deleted.append(EVERYTHING)
            return {"predictions": len(self.stored)}

        return app


@pytest.fixture
def rows(monkeypatch: pytest.MonkeyPatch, client: FakeBrowser) -> Iterator[FakeRows]:
    client.cookies = {"slate_visitor": VISITOR}
    rows = FakeRows()
    with listening(rows.make_app()) as address:
        monkeypatch.setenv("FRONTEND_STORAGE_URL", address)
        monkeypatch.setenv("FRONTEND_INFERENCE_URL", CLOSED_URL)
        connect.clear()
        refresh_rights.clear()
        yield rows
        connect().close()
        connect.clear()
        refresh_rights.clear()


def show_button() -> None:
    from services.frontend.views.history.delete_mine import show_delete_mine

    show_delete_mine()


def delete_one() -> None:
    from uuid import UUID

    import streamlit as st

    from services.frontend.views.history.deleting import delete_drawings

    st.session_state["left"] = delete_drawings([UUID(st.session_state["doomed"])])


def save_mine() -> None:
    import streamlit as st

    from services.frontend.session.identity import get_outbox
    from tests.unit.frontend.conftest import a_prediction

    get_outbox().save(st.session_state["mine"], a_prediction())


def test_everything_of_a_person_is_deleted_also_what_still_waits_for_storage(
    rows: FakeRows, client: FakeBrowser
) -> None:
    rows.is_full.set()
    outbox = connect().outbox
    client.cookies = {"slate_visitor": "an.earlier.token", "slate_browser": "secret"}
    page = AppTest.from_function(save_mine, default_timeout=LONG_S)
    page.session_state["mine"] = mine = uuid4()
    assert not page.run().exception
    client.cookies = {"slate_visitor": VISITOR, "slate_browser": "secret"}  # loaded again
    outbox.save(others := uuid4(), a_prediction(), key="bearer:another.visitor")
    page = AppTest.from_function(show_button, default_timeout=LONG_S).run()
    page.button(key="really-all-mine").click().run()
    assert not page.exception
    rows.is_full.clear()
    assert outbox.wait(others, LONG_S) is outbox.wait(mine, LONG_S) is Delivery.SAVED
    assert sorted(rows.deleted) == sorted([EVERYTHING, str(mine)])
    assert rows.stored == [str(others)]


def test_a_deleted_drawing_takes_with_it_what_still_waits_for_storage(rows: FakeRows) -> None:
    rows.is_full.set()
    outbox = connect().outbox
    outbox.save(doomed := uuid4(), a_prediction(), key=f"bearer:{VISITOR}")
    page = AppTest.from_function(delete_one, default_timeout=LONG_S)
    page.session_state["doomed"] = str(doomed)
    page.run()
    assert not page.exception
    assert outbox.wait(doomed, LONG_S) is Delivery.SAVED
    assert (rows.stored, rows.deleted) == ([], [str(doomed)])


@pytest.mark.parametrize(
    ("deliveries", "words"),
    [
        ([Delivery.SAVED, Delivery.SAVED], ""),
        ([Delivery.SAVED, Delivery.WAITING], "1 of 2 deleted; the rest will be"),
        ([Delivery.UNKEPT], "0 of 1 deleted; the rest will be"),
        ([Delivery.SAVED, Delivery.REFUSED], "1 of 2 deleted. Storage refused the rest."),
    ],
)
def test_the_page_says_what_is_not_deleted_yet(deliveries: list[Delivery], words: str) -> None:
    said = describe_rest(deliveries)
    assert words in said
    assert bool(said) == bool(words)
