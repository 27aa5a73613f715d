"""Encoding and decoding of cursors."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID, uuid4

import pytest
from pydantic import ValidationError

from services.storage.cursor import Place, decode_cursor, encode_cursor
from services.storage.history_query import HistoryQuery

MOMENTS = [
    datetime(1, 1, 1, tzinfo=UTC),
    datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    datetime(2026, 11, 21, 10, 0, 0, 1, tzinfo=UTC),
    datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
]


@pytest.mark.parametrize("moment", MOMENTS, ids=str)
def test_a_cursor_keeps_the_microsecond_and_the_id(moment):
    place = Place(moment, uuid4())
    assert decode_cursor(encode_cursor(place)) == place


def test_the_cursor_of_one_moment_is_the_same_in_every_time_zone():
    moment, other = MOMENTS[2], MOMENTS[2].astimezone(timezone(timedelta(hours=5)))
    assert encode_cursor(Place(moment, UUID(int=1))) == encode_cursor(Place(other, UUID(int=1)))


def test_a_cursor_needs_no_escaping_in_a_url():
    cursors = [encode_cursor(Place(MOMENTS[2], UUID(int=2**128 - 1 - number))) for number in range(500)]
    assert all(cursor.replace("-", "").replace("_", "").isalnum() and cursor.isascii() for cursor in cursors)


@pytest.mark.parametrize(("cursor", "moment"), [("f" + "_" * 31, MOMENTS[-1]), ("gAAA" * 8, MOMENTS[0])])
def test_a_cursor_of_a_time_outside_the_calendar_is_the_place_at_its_end(cursor, moment):
    assert decode_cursor(cursor).created_at == moment


@pytest.mark.parametrize("cursor", ["", "x", "ö" * 32, "AAAA", "_" * 31, "A" * 33, "+" * 32, "\0" * 32])
@pytest.mark.parametrize("parameter", ["cursor", "newer_than"])
def test_a_malformed_cursor_is_refused(parameter, cursor):
    with pytest.raises(ValidationError, match=parameter):
        HistoryQuery(**{parameter: cursor})
