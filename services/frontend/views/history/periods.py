"""The quick choices of a period, such as the last 7 days, as days of the visitor's time zone."""

from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from services.frontend.views.history.link import HistoryLink

Period = Literal["today", "7 days", "30 days"]
# The day on which "last 7 days" begins is a week ago, so that the whole of that day is included.
DAYS_AGO: dict[Period, int] = {"today": 0, "7 days": 7, "30 days": 30}
NAMES: dict[Period, str] = {"today": "Today", "7 days": "Last 7 days", "30 days": "Last 30 days"}


def find_today(zone: ZoneInfo) -> date:
    """The day that it is for the visitor."""
    return datetime.now(zone).date()


def begin_period(period: Period, today: date) -> date:
    """The first day of the period, which has no end."""
    return today - timedelta(days=DAYS_AGO[period])


def find_period(link: HistoryLink, today: date) -> Period | None:
    """The quick choice that has the days of the link; None if none has."""
    if link.until is not None:
        return None
    return next((period for period in DAYS_AGO if begin_period(period, today) == link.since), None)
