"""What a caller sends never becomes a line of a log, a header, an order to a terminal, or SQL."""

import io
import json
import logging
import sys
from collections.abc import Iterator

import httpx
import pytest
import structlog
from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from shared.web.log_escapes import MAX_CHARACTERS
from shared.web.logs import configure_logs
from shared.web.service import equip_service
from shared.web.settings import ApiServerSettings

ANY_ID = {"request_id": "any"}
HOSTILE = [
    "\x1b]0;owned\x07\x1b[2J",
    "a\r\nSet-Cookie: b=c",
    '{"event": "forged"}',
    '"}\n{"event": "forged"}',
    "\u202egnp.exe",
]


class Terminal(io.StringIO):
    def __init__(self, *, is_terminal: bool) -> None:
        super().__init__()
        self.is_terminal = is_terminal

    def isatty(self) -> bool:
        return self.is_terminal


@pytest.fixture(params=[True, False], ids=["terminal", "JSON"])
def log(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    """What a service writes, on a terminal and in a container."""
    root = logging.getLogger()
    before, level, earlier = root.handlers, root.level, structlog.get_config()
    written = Terminal(is_terminal=request.param)
    monkeypatch.setattr(sys, "stderr", written)
    configure_logs()
    structlog.configure(cache_logger_on_first_use=False)
    yield written
    root.handlers, root.level = before, level
    logging.captureWarnings(capture=False)
    structlog.configure(**earlier)


@pytest.mark.parametrize("value", HOSTILE)
def test_an_event_is_one_line_without_orders_to_a_terminal(log: Terminal, value: str) -> None:
    structlog.stdlib.get_logger("test").warning("event", path=value, other="x")
    logging.getLogger("library").warning("said %s", value)
    for line in (text := log.getvalue()).splitlines():
        if not log.is_terminal:
            assert json.loads(line)["level"] == "warning"
    plain = text.replace("\x1b[0m", "")
    assert "\x07" not in plain
    assert "\x1b]" not in plain
    assert "\x1b[2J" not in plain
    assert "\u202e" not in plain
    assert len(text.strip().splitlines()) <= 2 + (log.is_terminal and "\n" in value)


def test_a_very_long_value_is_cut(log: Terminal) -> None:
    structlog.stdlib.get_logger("test").warning("event", path="a" * 100_000)
    assert len(log.getvalue()) < 2 * MAX_CHARACTERS


def test_a_traceback_stays_whole(log: Terminal) -> None:
    try:
        raise ValueError("b" * 3000)
    except ValueError:
        structlog.stdlib.get_logger("test").exception("failed")
    assert "b" * 3000 in log.getvalue()
    assert "Traceback" in log.getvalue()


@pytest.fixture
def app() -> FastAPI:
    app = FastAPI(docs_url=None, redoc_url=None)

    @app.get("/fail/{anything:path}")
    async def fail(anything: str) -> None:
        raise RuntimeError(anything)

    equip_service(app, settings=ApiServerSettings(), registry=CollectorRegistry(), max_body_bytes=1000)
    return app


async def ask(app: FastAPI, path: str, **headers: str) -> httpx.Response:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        return await client.get(path, headers=headers)


async def test_a_path_with_control_characters_is_logged_as_text(app: FastAPI, log: Terminal) -> None:
    answer = await ask(app, "/fail/%1b%5d0;owned%07")
    assert answer.status_code == 500
    assert "\x1b]" not in log.getvalue()
    assert json.loads(answer.content)["instance"].startswith("/fail/")
    assert "owned" not in str(answer.headers)


@pytest.mark.parametrize("value", ["<script>", '"}{"', "\x7f[31m", "a" * 8000, "../../etc"])
async def test_a_request_id_that_is_none_is_replaced(app: FastAPI, value: str) -> None:
    sent = (await ask(app, "/nothing", **{"X-Request-ID": value})).headers["x-request-id"]
    assert value not in sent
    assert sent.isalnum() or "-" in sent
    assert len(sent) <= 64


async def test_a_hostile_header_changes_no_answer(app: FastAPI) -> None:
    plain = await ask(app, "/nothing")
    for name in ("User-Agent", "Referer", "X-Forwarded-For", "X-Forwarded-Host", "Forwarded", "Accept-Language"):
        answer = await ask(app, "/nothing", **{name: "<script>alert(1)</script>\x1b[31m" * 50})
        assert answer.json() | ANY_ID == plain.json() | ANY_ID
        assert set(answer.headers) == set(plain.headers)
