"""The table of docs/faults.md: one row for each fault, as the tests saw it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tests.faults.callers import GOOD

HEADS = (
    "fault",
    "the page shows",
    "inference answers",
    "storage answers",
    "frontend answers",
    "healthy again after",
    "if it lasts",
)


@dataclass(frozen=True)
class Row:
    """What one fault did. `answers` has the answers of each service that was asked while it lasted.

    `alert` is the alert that an operator gets if it does not end; without one there is nothing to do.
    """

    fault: str
    page: str
    answers: Mapping[str, Iterable[str]]
    healthy_s: float
    alert: str = ""


def write_table(rows: Iterable[Row]) -> list[str]:
    """The lines of the table."""
    lines = [f"| {' | '.join(HEADS)} |", "| --- " * len(HEADS) + "|"]
    for row in rows:
        answers = [_write_answers(row.answers.get(service, ())) for service in ("inference", "storage", "frontend")]
        alert = f"`{row.alert}`" if row.alert else "nothing to do"
        lines.append(f"| {' | '.join((row.fault, row.page, *answers, _write_time(row.healthy_s), alert))} |")
    return lines


def _write_answers(answers: Iterable[str]) -> str:
    """What went wrong, or a dash if nobody asked."""
    given = set(answers)
    if not given:
        return "–"
    failures = sorted(given - {GOOD})
    return ", ".join(f"`{one}`" if one[0].isdigit() else one for one in failures) or "as before"


def _write_time(seconds: float) -> str:
    return "at once" if seconds < 1 else f"{seconds:.0f} s"
