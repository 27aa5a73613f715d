"""A place in the history ↔ an opaque, URL-safe cursor: base64url of 8 bytes of microseconds and 16 bytes of id."""

import base64
import binascii
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from shared.web.problems import ProblemError

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LAYOUT = struct.Struct(">q16s")  # microseconds since the epoch, id


@dataclass(frozen=True)
class Place:
    """One prediction's place in the history, which runs by (created_at, id), newest first."""

    created_at: datetime
    id: UUID


def encode_cursor(place: Place) -> str:
    """Place → 32 characters. Exact: PostgreSQL keeps microseconds too."""
    microseconds = (place.created_at - EPOCH) // timedelta(microseconds=1)
    return base64.urlsafe_b64encode(LAYOUT.pack(microseconds, place.id.bytes)).decode()


def decode_cursor(cursor: str) -> Place:
    """The place a cursor stands for. ProblemError `invalid_request` if no page of ours gave it."""
    try:
        microseconds, id_bytes = LAYOUT.unpack(base64.b64decode(cursor, altchars=b"-_", validate=True))
        return Place(EPOCH + timedelta(microseconds=microseconds), UUID(bytes=id_bytes))
    except (binascii.Error, struct.error, OverflowError, ValueError) as error:
        sentence = "The cursor is not one of ours; pass `next_cursor` of the page before, or none for the first page."
        raise ProblemError("invalid_request", sentence) from error
