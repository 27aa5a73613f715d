"""Who the page takes the person in front of it for, by cookies, addresses and what storage says of the tokens."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from streamlit.testing.v1 import AppTest

from services.frontend.connections import connect, find_rights, refresh_rights
from tests.integration.clients.listening import listening
from tests.network import CLOSED_URL
from tests.unit.frontend.conftest import FakeBrowser
from tests.unit.frontend.fake_access import CURATOR, INSTALLATION, PAGE, FakeAccess

LONG_S = 30.0
Page = Callable[..., AbstractContextManager[FakeAccess]]


@pytest.fixture
def running_storage(monkeypatch: pytest.MonkeyPatch) -> Page:
    @contextmanager
    def run(token: str, host: str = "127.0.0.1", visitors_see: str = "totals") -> Iterator[FakeAccess]:
        access = FakeAccess(visitors_see)  # type: ignore[arg-type]
        with listening(access.make_app()) as address:
            monkeypatch.setenv("FRONTEND_STORAGE_URL", address)
            monkeypatch.setenv("FRONTEND_STORAGE_TOKEN", token)
            monkeypatch.setenv("FRONTEND_INFERENCE_URL", CLOSED_URL)
            monkeypatch.setenv("FRONTEND_HOST", host)
            connect.clear()
            refresh_rights.clear()
            yield access
            connect().close()
            connect.clear()
            refresh_rights.clear()

    return run


def show_identity() -> None:
    import streamlit as st

    from services.frontend.session.greeting import describe, wait_for_rights
    from services.frontend.session.identity import get_identity

    wait_for_rights()
    identity = get_identity()
    st.session_state["identity"] = (identity.kind.name, identity.key, identity.name)
    st.html(describe(identity))


def who_is_there(wanted: str = "") -> tuple[str, str, str]:
    """(kind, key, name), once the kind is the wanted one, or after the first run."""
    page = AppTest.from_function(show_identity, default_timeout=LONG_S).run()
    give_up_at = time.monotonic() + LONG_S
    while wanted and page.session_state["identity"][0] != wanted and time.monotonic() < give_up_at:
        page.run()
    assert not page.exception
    found: tuple[str, str, str] = page.session_state["identity"]
    return found


def test_at_the_keyboard_the_token_of_the_installation_is_used(running_storage: Page, client: FakeBrowser) -> None:
    client.headers = [("Host", "127.0.0.1:8501"), ("Origin", "http://127.0.0.1:8501")]
    with running_storage(INSTALLATION):
        assert who_is_there("KEYBOARD") == ("KEYBOARD", "own", "")


@pytest.mark.parametrize(("token", "host"), [(INSTALLATION, "0.0.0.0"), (PAGE, "127.0.0.1")])
def test_elsewhere_and_with_a_page_token_everybody_is_a_visitor(
    running_storage: Page, client: FakeBrowser, token: str, host: str
) -> None:
    client.headers = [("Host", "127.0.0.1:8501")]
    client.cookies = {"slate_visitor": "a.visitor"}
    with running_storage(token, host):
        connect().rights.mark_outdated("own")
        assert connect().rights.get("own", LONG_S)[0] is not None
        assert who_is_there() == ("VISITOR", "bearer:a.visitor", "")


def test_a_curator_is_whom_storage_calls_one(running_storage: Page, client: FakeBrowser) -> None:
    client.cookies = {"slate_curator": CURATOR}
    with running_storage(PAGE, "0.0.0.0"):
        assert who_is_there("CURATOR") == ("CURATOR", f"curator:{CURATOR} ada@example.org", "ada@example.org")


def test_what_is_done_for_a_curator_in_the_background_knows_the_rights_at_once(
    running_storage: Page, client: FakeBrowser
) -> None:
    client.cookies = {"slate_curator": CURATOR}
    with running_storage(PAGE, "0.0.0.0") as access:
        _, key, _ = who_is_there("CURATOR")
        rights = find_rights(key)
        assert rights is not None
        assert rights.curator == "ada@example.org"
        assert access.asked.count(("/v1/me", CURATOR)) == 1


def test_a_forged_curator_is_a_visitor(running_storage: Page, client: FakeBrowser) -> None:
    client.cookies = {"slate_curator": "forged", "slate_visitor": "a.visitor"}
    with running_storage(PAGE, "0.0.0.0") as access:
        assert who_is_there()[:2] == ("VISITOR", "bearer:a.visitor")
        assert ("/v1/me", "forged") in access.asked


def test_while_storage_is_away_nobody_is_curator(running_storage: Page, client: FakeBrowser) -> None:
    client.cookies = {"slate_curator": CURATOR}
    client.headers = [("Host", "localhost:8501")]
    with running_storage(INSTALLATION) as access:
        access.is_away.set()
        assert who_is_there()[0] == "VISITOR"
        access.is_away.clear()
        assert who_is_there("KEYBOARD")[0] == "KEYBOARD"


def test_a_browser_without_cookies_has_a_name_of_its_own_in_each_session(running_storage: Page) -> None:
    with running_storage(PAGE, "0.0.0.0"):
        keys = {who_is_there()[1] for _ in range(2)}
    assert len(keys) == 2
    assert all(key.startswith("browser:") for key in keys)


@pytest.mark.parametrize("forged", ["own", "browser:somebody", "bearer:own"])
def test_no_cookie_is_taken_for_a_key_of_the_page(running_storage: Page, client: FakeBrowser, forged: str) -> None:
    client.cookies = {"slate_curator": forged, "slate_visitor": forged}
    with running_storage(INSTALLATION, "0.0.0.0") as access:
        assert who_is_there()[:2] == ("VISITOR", f"bearer:{forged}")
        assert ("/v1/me", forged) in access.asked
