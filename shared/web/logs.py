"""One configuration for all logs: JSON lines in containers, coloured text on a terminal.

A log is an event with fields, for example `prediction_stored` with `prediction_id`. It never holds pixels or tokens.
"""

import logging
import sys

import structlog
from structlog.types import EventDict, WrappedLogger

from shared.web.log_escapes import escape_controls, write_traceback
from shared.web.request_id import find_request_id


def _add_request_id(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    if request_id := find_request_id():
        event.setdefault("request_id", request_id)
    return event


def _is_no_malformed_request(record: logging.LogRecord) -> bool:
    """False for the line that uvicorn writes for each malformed request. `http_protocol` logs them in sums."""
    return record.msg != "Invalid HTTP request received."


def configure_logs(level: str = "INFO") -> None:
    """Configure structlog and the standard library. The output is JSON unless stderr is a terminal."""
    to_json = not sys.stderr.isatty()
    console = structlog.dev.ConsoleRenderer(exception_formatter=write_traceback)
    renderer = structlog.processors.JSONRenderer() if to_json else console
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_request_id,
    ]
    structlog.configure(
        # An event below the level ends at the first processor, before anything is made of it.
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                escape_controls,
                *([structlog.processors.format_exc_info] if to_json else []),
                renderer,
            ],
        )
    )
    logging.captureWarnings(capture=True)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error"):
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = True
    access = logging.getLogger("uvicorn.access")  # a line for each request costs time; /metrics counts requests
    access.handlers, access.propagate = [], False
    logging.getLogger("asgi_correlation_id").setLevel("ERROR")  # else a line for each id that is not well-formed
    logging.getLogger("uvicorn.error").addFilter(_is_no_malformed_request)
