"""Splits the period of the filters into whole UTC days and the rest of its first and last day."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

Range = tuple[datetime, datetime]  # begin ≤ time < end


@dataclass(frozen=True)
class Period:
    """The whole days first ≤ day < last, without a limit where there is None, and the ranges before and after them."""

    first: date | None
    last: date | None
    rests: tuple[Range, ...]


def split_period(since: datetime | None, until: datetime | None) -> Period:
    """Split since ≤ time < until; None is no limit."""
    first = None if since is None else _round_up(since)
    last = None if until is None else until.astimezone(UTC).date()
    if since and until and first and last and first > last:  # inside one day
        ranges = [(since, until)]
    else:
        ranges = [(since, _midnight(first))] if since and first else []
        ranges += [(_midnight(last), until)] if until and last else []
    return Period(first, last, tuple((begin, end) for begin, end in ranges if begin < end))


def _round_up(moment: datetime) -> date:
    """Return the first day that begins at this moment or later."""
    day = moment.astimezone(UTC).date()
    return day if _midnight(day) == moment else day + timedelta(days=1)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
