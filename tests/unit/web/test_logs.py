"""The configuration of the logs."""

import logging
from collections.abc import Iterator

import pytest
import structlog

from shared.web.logs import configure_logs


@pytest.fixture
def _restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers = handlers
    root.setLevel(level)
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()


@pytest.mark.usefixtures("_restored")
def test_no_line_is_written_for_each_request() -> None:
    """uvicorn writes one unless this logger has nobody to give it to."""
    configure_logs("DEBUG")
    assert not logging.getLogger("uvicorn.access").hasHandlers()
    assert logging.getLogger("uvicorn.error").hasHandlers()


@pytest.mark.usefixtures("_restored")
def test_malformed_requests_have_no_line_of_their_own() -> None:
    configure_logs()
    lines = ("Invalid HTTP request received.", "Uvicorn running")
    records = [logging.LogRecord("uvicorn.error", logging.WARNING, "", 0, line, None, None) for line in lines]
    assert [bool(logging.getLogger("uvicorn.error").filter(record)) for record in records] == [False, True]
