"""The cookies of the page: what they say to the browser, and what is read from one that a stranger wrote."""

import pytest

from services.frontend.cookies import (
    CookieSettings,
    is_from_today,
    name_browser,
    read_visitor,
    write_header,
    write_visitor,
)

DAY_S = 24 * 60 * 60
NOON_S = 20_000.5 * DAY_S


def test_a_token_is_read_as_it_was_written() -> None:
    assert read_visitor(write_visitor("eyJ0.e30.c2ln", NOON_S)) == "eyJ0.e30.c2ln"


@pytest.mark.parametrize("value", ["", "token", "x.token", "1.tok\nen", "1.tokén", "1." + "x" * 5000])
def test_a_cookie_of_another_form_holds_no_token(value: str) -> None:
    assert read_visitor(value) == ""


def test_a_cookie_is_renewed_on_another_day() -> None:
    value = write_visitor("token", NOON_S)
    assert is_from_today(value, NOON_S + DAY_S / 3)
    assert not is_from_today(value, NOON_S + DAY_S)


def test_no_script_and_no_other_site_can_use_a_cookie() -> None:
    _, written = write_header("name", "value", 60, CookieSettings(path="/slate", secure=True))
    parts = set(written.decode().split("; "))
    assert parts == {"name=value", "HttpOnly", "Max-Age=60", "Path=/slate", "SameSite=Lax", "Secure"}


def test_the_name_of_a_browser_does_not_tell_its_secret() -> None:
    assert "secret" not in name_browser("secret")
    assert name_browser("secret") == name_browser("secret") != name_browser("another")
