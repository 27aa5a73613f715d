"""Who counts as the person at the keyboard: only a browser that has opened the page under a loopback address itself."""

import pytest

from services.frontend.keyboard import is_from_keyboard
from services.frontend.settings import Settings


@pytest.mark.parametrize("host", ["localhost:8501", "127.0.0.1:8501", "127.0.0.2", "[::1]:8501"])
def test_a_browser_on_this_machine_is_at_the_keyboard(host: str) -> None:
    assert is_from_keyboard({"Host": host, "Origin": f"http://{host}"})
    assert is_from_keyboard({"Host": host})


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Host": "slate.example"},
        {"Host": "192.168.0.7:8501"},
        {"Host": "localhost.evil.example"},
        {"Host": "[::1", "Origin": "http://[::1"},
        {"Host": "localhost:8501", "Origin": "http://evil.example"},
        {"Host": "localhost:8501", "Origin": "http://localhost:3000"},
        {"Host": "localhost:8501", "Origin": "null"},
        {"Host": "localhost:8501", "X-Forwarded-For": "203.0.113.7"},
        {"Host": "localhost:8501", "Forwarded": "for=203.0.113.7"},
        {"Host": "localhost:8501", "Via": "1.1 caddy"},
    ],
    ids=str,
)
def test_a_stranger_is_not(headers: dict[str, str]) -> None:
    assert not is_from_keyboard(headers)


@pytest.mark.parametrize(
    ("host", "proxies", "on_loopback"),
    [("127.0.0.1", "", True), ("localhost", "", True), ("0.0.0.0", "", False), ("127.0.0.1", "127.0.0.1", False)],
)
def test_a_page_that_others_reach_has_no_keyboard(
    host: str, proxies: str, on_loopback: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FRONTEND_HOST", host)
    monkeypatch.setenv("FRONTEND_TRUSTED_PROXIES", proxies)
    assert Settings().is_on_loopback is on_loopback
