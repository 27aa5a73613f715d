"""What the History page shows, in words: `really 7 · read as 1 · last 7 days`."""

from collections.abc import Iterator
from datetime import date

from services.frontend.elements.answer import name_label
from services.frontend.views.history.link import HistoryLink
from services.frontend.views.history.periods import NAMES, find_period
from services.frontend.views.history.row import SOURCES


def describe_filters(link: HistoryLink, today: date) -> str:
    """The filters that can be folded away; empty without any."""
    return " · ".join(_list_words(link, today))


def _list_words(link: HistoryLink, today: date) -> Iterator[str]:
    if link.label is not None:
        yield f"really {name_label(link.label)}"
    if link.read is not None:
        yield f"read as {link.read}"
    if days := _describe_days(link, today):
        yield days
    if link.source is not None:
        yield SOURCES[link.source]
    if link.model is not None:
        yield link.model


def _describe_days(link: HistoryLink, today: date) -> str:
    if period := find_period(link, today):
        return NAMES[period].lower()
    since, until = (day and f"{day.day} {day:%b %Y}" for day in (link.since, link.until))
    if since and until:
        return since if since == until else f"{since} to {until}"
    return f"from {since}" if since else f"to {until}" if until else ""
