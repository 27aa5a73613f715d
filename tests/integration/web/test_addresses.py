"""Who is asked and who asks: host names, proxies, and a path in front of the service."""

import httpx
import pytest
from pydantic import ValidationError

from shared.web.settings import ApiServerSettings
from tests.integration.web.server import ask, make_app, serving


def get_status(url: str, host: str) -> int:
    return ask(url, f"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()).status


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8001", "127.0.0.1", "[::1]:8001", "10.0.0.7:80"])
def test_addresses_and_localhost_are_served(url: str, host: str) -> None:
    assert get_status(url, host) == 200


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "a" * 300])
def test_a_strange_host_is_refused(url: str, host: str) -> None:
    answer = ask(url, f"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
    assert (answer.status, answer.code) == (400, "invalid_request")


def test_a_host_of_the_settings_is_served() -> None:
    settings = ApiServerSettings(host="127.0.0.1", allowed_hosts=("slate.example",))
    with serving(make_app(settings), settings) as address:
        assert get_status(address, "Slate.example:443") == 200
        assert get_status(address, "evil.example") == 400


@pytest.mark.parametrize(
    ("host", "allowed", "names"),
    [
        ("0.0.0.0", (), None),
        ("::", (), None),
        ("127.0.0.1", ("*",), None),
        ("0.0.0.0", ("storage",), {"localhost", "0.0.0.0", "storage"}),
        ("slate.example", (), {"localhost", "slate.example"}),
    ],
)
def test_a_service_on_every_address_serves_every_name_unless_some_are_set(
    host: str, allowed: tuple[str, ...], names: set[str] | None
) -> None:
    assert ApiServerSettings(host=host, allowed_hosts=allowed).host_names == names


FORWARDED = {"X-Forwarded-For": "198.51.100.7", "X-Forwarded-Proto": "https"}


def test_forwarded_headers_are_not_believed(url: str) -> None:
    told = httpx.get(url, headers=FORWARDED).json()
    assert (told["client"], told["scheme"]) == ("127.0.0.1", "http")


@pytest.mark.parametrize("proxy", ["127.0.0.1", "127.0.0.0/8"])
def test_a_trusted_proxy_is_believed(proxy: str) -> None:
    settings = ApiServerSettings(trusted_proxies=(proxy,))
    with serving(make_app(settings), settings) as address:
        told = httpx.get(address, headers=FORWARDED).json()
        assert (told["client"], told["scheme"]) == ("198.51.100.7", "https")


def test_a_misspelt_proxy_stops_the_start() -> None:
    with pytest.raises(ValidationError):
        ApiServerSettings(trusted_proxies=("127.0.0.l",))


def test_a_slash_too_many_is_not_redirected(url: str) -> None:
    assert httpx.get(f"{url}/slow/").status_code == 404


def test_a_proxy_may_publish_the_service_under_a_path() -> None:
    settings = ApiServerSettings(root_path="slate/inference/")
    with serving(make_app(settings), settings) as address:
        for prefix in ("", "/slate/inference"):
            page = httpx.get(f"{address}{prefix}/docs").text
            assert "'/slate/inference/openapi.json'" in page.replace('"', "'")
            assert 'src="/slate/inference/docs/swagger-ui-bundle.js"' in page
            for path in ("/openapi.json", "/docs/swagger-ui-bundle.js", "/readyz"):
                assert httpx.get(address + prefix + path).status_code == 200
