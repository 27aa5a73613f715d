"""The cookies of the page: what they say to the browser, and what is read from one that a stranger wrote."""

import pytest

from services.frontend.cookies import CookieSettings, is_token, name_browser, write_header


@pytest.mark.parametrize("value", ["", "tok\nen", "to ken", "tokén", "x" * 5000])
def test_a_cookie_that_no_header_can_hold_is_no_token(value: str) -> None:
    assert not is_token(value)
    assert is_token("eyJ0.e30.c2ln")


def test_no_script_and_no_other_site_can_use_a_cookie() -> None:
    _, written = write_header("name", "value", 60, CookieSettings(path="/slate", secure=True))
    parts = set(written.decode().split("; "))
    assert parts == {"name=value", "HttpOnly", "Max-Age=60", "Path=/slate", "SameSite=Lax", "Secure"}


def test_the_name_of_a_browser_does_not_tell_its_secret() -> None:
    assert "secret" not in name_browser("secret")
    assert name_browser("secret") == name_browser("secret") != name_browser("another")
