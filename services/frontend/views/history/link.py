"""The query string of the history page ↔ what it shows, so that a link shows somebody else the same.

Nothing that stands in an address is trusted: what can't be read is left out and named, and the rest holds.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, ValidationError

from shared.contracts.message import Digit, Message
from shared.contracts.storage import HistoryFilters, ModelReference, Source

Show = Literal["all", "wrong", "right", "labelled", "unlabelled"]
Day = Annotated[date, Field(ge=date(1970, 1, 2), lt=date(9998, 12, 31))]  # a day more in any time zone is a date too
Cursor = Annotated[str, Field(max_length=64)]

SHOWS: dict[Show, dict[str, bool]] = {
    "all": {},
    "wrong": {"correct": False},
    "right": {"correct": True},
    "labelled": {"labelled": True},
    "unlabelled": {"labelled": False},
}


class HistoryLink(Message):
    """`read` is the digit that was read; `since` and `until` are days, both included; the cursors are storage's."""

    show: Show = "all"
    read: Digit | None = None
    label: Digit | None = None
    model: ModelReference | None = None
    source: Source | None = None
    since: Day | None = None
    until: Day | None = None
    older_than: Cursor | None = None
    newer_than: Cursor | None = None

    def without_place(self) -> "HistoryLink":
        """The same filters, from the newest on."""
        return self.model_copy(update={"older_than": None, "newer_than": None})

    def to_filters(self, zone: ZoneInfo) -> HistoryFilters:
        """What storage is asked for; a day begins when it does in that time zone."""
        return HistoryFilters(
            digit=self.read,
            label=self.label,
            model=self.model,
            source=self.source,
            since=_begin(self.since, zone),
            until=_begin(self.until and self.until + timedelta(days=1), zone),
            **SHOWS[self.show],
        )


def read_link(query: Mapping[str, str]) -> tuple[HistoryLink, list[str]]:
    """What a query string asks for, and what of it can't be read, as it stands there."""
    try:
        link = HistoryLink.model_validate(query)
    except ValidationError as error:
        unread = {str(detail["loc"][0]) for detail in error.errors()}
        link = HistoryLink.model_validate({name: value for name, value in query.items() if name not in unread})
        return link, [f"{name}={value}" for name, value in query.items() if name in unread]
    return link, []


def write_link(link: HistoryLink) -> dict[str, str]:
    """As short as it can be: nothing for what is not asked."""
    return {name: str(value) for name, value in link.model_dump(mode="json", exclude_defaults=True).items()}


def find_zone(name: str | None) -> ZoneInfo:
    """The visitor's time zone; UTC where the browser does not say or this machine does not know it."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def _begin(day: date | None, zone: ZoneInfo) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), zone).astimezone(UTC)
