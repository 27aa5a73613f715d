"""Reading and writing the address of the History page."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.frontend.elements.time_zone import find_zone
from services.frontend.views.history.filter_words import describe_filters
from services.frontend.views.history.link import HistoryLink, read_link, write_link
from services.frontend.views.history.periods import DAYS_AGO, Period, begin_period, find_period
from shared.contracts.storage import HistoryFilters, TrueDigit

FULL = {
    "show": "wrong",
    "order": "least_sure",
    "read": "3",
    "label": "0",
    "model": "cnn/2026-11-21.3",
    "source": "upload",
    "since": "2026-11-01",
    "until": "2026-11-21",
    "older_than": "AAAA",
}


@pytest.mark.parametrize("query", [{}, FULL, {"label": "0"}, {"newer_than": "AAAA"}], ids=str)
def test_a_link_that_is_read_and_written_stays_the_same(query: dict[str, str]) -> None:
    link, invalid = read_link(query)
    assert invalid == []
    assert write_link(link) == query


def test_no_filters_are_an_empty_address() -> None:
    assert write_link(HistoryLink()) == {}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("show", "everything"),
        ("order", "prettiest"),
        ("read", "ten"),
        ("read", "10"),
        ("label", ""),
        ("model", "/"),
        ("model", "a\x00"),
        ("model", "a/b\n"),
        ("source", "fax"),
        ("since", "yesterday"),
        ("until", "9999-12-31"),
        ("since", "0001-01-01"),
        ("older_than", "x" * 65),
        ("colour", "red"),
    ],
)
def test_an_invalid_part_is_reported_and_the_others_are_used(name: str, value: str) -> None:
    link, invalid = read_link({"show": "right", "source": "canvas"} | {name: value})
    assert invalid == [f"{name}={value}"]
    assert link.show == ("all" if name == "show" else "right")
    assert link.source == (None if name == "source" else "canvas")


@pytest.mark.parametrize(
    ("show", "filters"),
    [
        ("all", HistoryFilters()),
        ("wrong", HistoryFilters(correct=False)),
        ("right", HistoryFilters(correct=True)),
        ("labelled", HistoryFilters(labelled=True)),
        ("unlabelled", HistoryFilters(labelled=False)),
    ],
)
def test_each_choice_of_show_becomes_a_filter(show: str, filters: HistoryFilters) -> None:
    assert read_link({"show": show})[0].to_filters(ZoneInfo("UTC"), sees_history=True) == filters


def test_both_days_are_included_in_the_time_zone_of_the_visitor() -> None:
    link = HistoryLink(since=date(2026, 11, 1), until=date(2026, 11, 1))
    filters = link.to_filters(ZoneInfo("Europe/Berlin"), sees_history=True)
    assert filters.since == datetime(2026, 10, 31, 23, tzinfo=UTC)
    assert filters.until == datetime(2026, 11, 1, 23, tzinfo=UTC)


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_the_first_and_the_last_day_exist_in_every_time_zone(zone: str) -> None:
    link, invalid = read_link({"since": "1970-01-02", "until": "9998-12-30"})
    assert invalid == []
    assert link.to_filters(ZoneInfo(zone), sees_history=True).until is not None


@pytest.mark.parametrize("name", [None, "", "Middle/Earth", "../etc/passwd", "/etc/passwd"])
def test_an_unknown_time_zone_becomes_utc(name: str | None) -> None:
    assert find_zone(name) == ZoneInfo("UTC")


@pytest.mark.parametrize(
    ("query", "sees_history", "mine"),
    [({}, True, None), ({"mine": "true"}, True, True), ({}, False, True), ({"mine": "false"}, False, True)],
)
def test_who_does_not_see_the_history_of_others_gets_only_the_own(
    query: dict[str, str], sees_history: bool, mine: bool | None
) -> None:
    link, invalid = read_link(query)
    assert invalid == []
    assert link.to_filters(ZoneInfo("UTC"), sees_history=sees_history).mine is mine


@pytest.mark.parametrize(("written", "label"), [("4", 4), ("not_a_digit", "not_a_digit")])
def test_a_label_in_the_address_is_a_digit_or_none(written: str, label: TrueDigit) -> None:
    link, invalid = read_link({"label": written})
    assert invalid == []
    assert link.label == label


@pytest.mark.parametrize(
    ("query", "has_filters"),
    [
        ({}, False),
        ({"order": "least_sure"}, False),
        ({"older_than": "AAAA"}, False),
        ({"read": "0"}, True),
        (FULL, True),
    ],
    ids=str,
)
def test_the_order_and_the_place_are_no_filters(query: dict[str, str], has_filters: bool) -> None:
    assert read_link(query)[0].has_filters is has_filters


TODAY = date(2026, 11, 29)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({}, ""),
        ({"label": "7", "read": "1", "since": "2026-11-22"}, "really 7 · read as 1 · last 7 days"),
        ({"label": "not_a_digit", "since": "2026-11-29"}, "really not a digit · today"),
        ({"since": "2026-11-22", "until": "2026-11-28"}, "22 Nov 2026 to 28 Nov 2026"),
        ({"since": "2026-11-01", "until": "2026-11-01", "source": "camera"}, "1 Nov 2026 · photographed"),
        ({"since": "2026-11-01", "model": "cnn/1"}, "from 1 Nov 2026 · cnn/1"),
        ({"until": "2026-11-01"}, "to 1 Nov 2026"),
    ],
    ids=str,
)
def test_the_filters_are_said_in_words(query: dict[str, str], words: str) -> None:
    assert describe_filters(read_link(query)[0], TODAY) == words


@pytest.mark.parametrize("period", DAYS_AGO)
def test_a_quick_choice_of_days_is_found_again_in_the_address(period: Period) -> None:
    link = HistoryLink(since=begin_period(period, TODAY))
    assert find_period(link, TODAY) == period
    assert find_period(link.model_copy(update={"until": TODAY}), TODAY) is None
    assert find_period(link, TODAY + timedelta(days=1)) != period


def test_the_last_seven_days_begin_on_the_same_day_of_last_week() -> None:
    assert begin_period("7 days", TODAY).weekday() == TODAY.weekday()
