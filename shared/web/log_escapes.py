"""Makes control characters in a log visible, because a terminal would obey them.

A caller chooses the path of a request, for example, and percent signs in it become any character. JSON escapes them by
itself; the coloured lines on a terminal do not.
"""

import io
import re
from typing import TextIO

from structlog.dev import plain_traceback
from structlog.types import EventDict, ExcInfo, WrappedLogger

CONTROLS = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]"
)  # and turns of the writing
MAX_CHARACTERS = 2000  # of a text in a log, so that one request writes no megabytes


def escape_controls(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """The event with `\\x1b` in place of the character, in its texts, and long texts cut. Tracebacks stay whole."""
    for key, value in event.items():
        if isinstance(value, str) and key not in ("exception", "stack"):
            shown = make_visible(value)
            event[key] = shown if len(shown) <= MAX_CHARACTERS else f"{shown[:MAX_CHARACTERS]}…"
    return event


def write_traceback(file: TextIO, error: ExcInfo) -> None:
    """The plain traceback, which leaves local variables out, for a terminal. The text of an error may be a caller's."""
    written = io.StringIO()
    plain_traceback(written, error)
    file.write(make_visible(written.getvalue()))


def make_visible(text: str) -> str:
    """The text with escapes in place of control characters, except for the ends of lines and tabs."""
    return CONTROLS.sub(lambda found: ascii(found[0])[1:-1], text)
