"""Encoding and decoding of cursors."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID, uuid4

import pytest

from services.storage.cursor import Place, decode_cursor, encode_cursor
from shared.web.problems import ProblemError

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


@pytest.mark.parametrize("cursor", ["", "x", "ö", "AAAA", "_" * 31, "A" * 33, "f" + "_" * 31, "+" * 32, "\0" * 32])
def test_a_malformed_cursor_is_an_invalid_request(cursor):
    with pytest.raises(ProblemError) as refusal:
        decode_cursor(cursor)
    assert refusal.value.code == "invalid_request"
