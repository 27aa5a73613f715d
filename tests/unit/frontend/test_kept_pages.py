"""The pictures of a visit survive that the page is loaded again: for a while, and for the same tab only."""

import pytest
from streamlit.testing.v1 import AppTest

from services.frontend.cookies import BROWSER, VISITOR
from services.frontend.session.visit import NAME as VISIT_NAME
from services.frontend.views.photo import kept_pages
from services.frontend.views.photo.kept_pages import KEPT_S, KeptPages
from services.frontend.views.photo.state import KEY, Photo, PhotoPage
from tests.unit.frontend.conftest import FakeBrowser
from tests.unit.frontend.test_draw_page import Services, services  # noqa: F401  a fixture

OWNER, VISIT = "owner", "the name of a visit"


class Clock:
    def __init__(self) -> None:
        self.time = 1000.0

    def __call__(self) -> float:
        return self.time


def a_page(*names: str, size: int = 10) -> PhotoPage:
    page = PhotoPage()
    page.take([Photo(name, name, "upload", bytes(size)) for name in names])
    return page


def test_the_pictures_come_back_to_the_same_tab_of_the_same_person_only() -> None:
    kept = KeptPages()
    kept.keep(OWNER, VISIT, a_page("1", "2"))
    assert [photo.file_id for photo in kept.find(OWNER, VISIT)] == ["1", "2"]
    assert kept.find("another", VISIT) == []
    assert kept.find(OWNER, "another") == []


def script() -> None:
    import streamlit as st

    from services.frontend.views.photo.kept_pages import keep_page, take_back
    from services.frontend.views.photo.state import get_photo_page

    if "kept" in st.session_state:
        take_back(st.session_state["kept"])
    keep_page()
    st.session_state["names"] = [photo.name for photo in get_photo_page().photos]


def test_the_pictures_come_back_though_loading_the_page_renews_the_token(
    services: Services,  # noqa: F811
    client: FakeBrowser,
) -> None:
    services.storage_answers.set()
    client.cookies = {BROWSER: "secret", VISITOR: "a.token"}
    before = AppTest.from_function(script, default_timeout=60)
    before.session_state[KEY] = a_page("form.jpg")
    before.run()
    client.cookies = {BROWSER: "secret", VISITOR: "a.renewed"}
    after = AppTest.from_function(script, default_timeout=60)
    after.session_state["kept"] = before.session_state[VISIT_NAME]
    after.run()
    assert after.session_state["names"] == ["form.jpg"]


def test_after_a_while_they_are_forgotten() -> None:
    clock = Clock()
    kept = KeptPages(clock)
    kept.keep(OWNER, VISIT, a_page("1"))
    clock.time += KEPT_S + 1
    assert kept.find(OWNER, VISIT) == []
    kept.keep("another", VISIT, a_page())
    assert list(kept.pages) == [("another", VISIT)]


def test_the_longest_unused_go_when_there_is_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_pages, "MAX_KEPT_BYTES", 250)
    kept, first = KeptPages(), a_page("1", size=100)
    kept.keep("first", VISIT, first)
    kept.keep("second", VISIT, a_page("2", size=100))
    kept.keep("first", VISIT, first)
    kept.keep("third", VISIT, a_page("3", size=100))
    assert [owner for owner, _ in kept.pages] == ["first", "third"]


def test_a_picture_that_waits_is_read_by_the_new_session_alone() -> None:
    kept, page = KeptPages(), a_page("waiting", "broken")
    page.photos[1].problem = "It is broken."
    kept.keep(OWNER, VISIT, page)
    waiting, broken = kept.find(OWNER, VISIT)
    assert waiting is not page.photos[0]
    assert broken is page.photos[1]


def test_pictures_that_come_back_stand_below_the_new_ones_once() -> None:
    page, earlier = a_page("new"), a_page("1", "2").photos
    page.take_back(earlier)
    page.take_back(earlier)
    assert [photo.file_id for photo in page.photos] == ["new", "1", "2"]
    page.remove("1")
    page.take_back(earlier)
    assert [photo.file_id for photo in page.photos] == ["new", "2"]
