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
