"""Query string ↔ filters and place of the History page, so that a link shows other people the same.

An address is not trusted: invalid parts are ignored and reported, and the valid parts are used.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationError

from shared.contracts.message import Digit, Message
from shared.contracts.storage import HistoryFilters, ModelReference, Order, Source, TrueDigit

Show = Literal["all", "wrong", "right", "labelled", "unlabelled"]
Day = Annotated[
    date, Field(ge=date(1970, 1, 2), lt=date(9998, 12, 31))
]  # the next day is also a valid date, in every time zone
Cursor = Annotated[str, Field(max_length=64)]

SHOWS: dict[Show, dict[str, bool]] = {
    "all": {},
    "wrong": {"correct": False},
    "right": {"correct": True},
    "labelled": {"labelled": True},
    "unlabelled": {"labelled": False},
}


class HistoryLink(Message):
    """`read` is the predicted digit. `mine` leaves out the drawings of others.

    `since` and `until` are days, both included. The cursors come from storage and belong to the order.
    """

    show: Show = "all"
    order: Order = "newest"
    mine: bool = False
    read: Digit | None = None
    label: TrueDigit | None = None
    model: ModelReference | None = None
    source: Source | None = None
    since: Day | None = None
    until: Day | None = None
    older_than: Cursor | None = None
    newer_than: Cursor | None = None

    def without_place(self) -> "HistoryLink":
        """The same filters and order, starting at the first prediction."""
        return self.model_copy(update={"older_than": None, "newer_than": None})

    def without_filters(self) -> "HistoryLink":
        """Everything that this person may see, in the same order."""
        return HistoryLink(order=self.order)

    @property
    def has_filters(self) -> bool:
        """Whether something is left out."""
        return self.without_place() != self.without_filters()

    def to_filters(self, zone: ZoneInfo, *, sees_history: bool) -> HistoryFilters:
        """The filters for storage. Days begin at midnight in `zone`. Without `sees_history`, drawings are the own."""
        return HistoryFilters(
            digit=self.read,
            label=self.label,
            model=self.model,
            source=self.source,
            since=_start_of(self.since, zone),
            until=_start_of(self.until and self.until + timedelta(days=1), zone),
            mine=True if self.mine or not sees_history else None,
            **SHOWS[self.show],
        )


def read_link(query: Mapping[str, str]) -> tuple[HistoryLink, list[str]]:
    """Query parameters → the link, and the invalid parameters as `name=value`."""
    try:
        link = HistoryLink.model_validate(query)
    except ValidationError as error:
        invalid = {str(detail["loc"][0]) for detail in error.errors()}
        link = HistoryLink.model_validate({name: value for name, value in query.items() if name not in invalid})
        return link, [f"{name}={value}" for name, value in query.items() if name in invalid]
    return link, []


def write_link(link: HistoryLink) -> dict[str, str]:
    """Query parameters, without those that have their default value."""
    return {name: str(value) for name, value in link.model_dump(mode="json", exclude_defaults=True).items()}


def _start_of(day: date | None, zone: ZoneInfo) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), zone).astimezone(UTC)
