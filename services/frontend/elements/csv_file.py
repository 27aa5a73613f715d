"""Rows → a CSV file that a person downloads and opens in a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Sequence

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet runs a cell that starts like this: OWASP, CSV Injection


def write_csv(rows: Iterable[Sequence[object]]) -> bytes:
    """CSV as in RFC 4180, in UTF-8, after a byte order mark. Without that mark, Excel shows accents wrongly."""
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    return written.getvalue().encode("utf-8-sig")


def disarm(text: str) -> str:
    """Text as a cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text
