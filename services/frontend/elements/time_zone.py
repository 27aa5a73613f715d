"""The time zone of the browser, in which the page shows times, and how it writes them."""

from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def find_zone(name: str | None) -> ZoneInfo:
    """The time zone by name; UTC if the browser sends none or the name is not known."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def describe_time(moment: datetime, zone: ZoneInfo) -> str:
    """The day and the time of day as a text."""
    return f"{moment.astimezone(zone):%d %b %Y, %H:%M}"


def write_time(moment: datetime, zone: ZoneInfo) -> str:
    """The same as HTML that programs can read too."""
    return f'<time datetime="{moment.astimezone(zone).isoformat()}">{describe_time(moment, zone)}</time>'
