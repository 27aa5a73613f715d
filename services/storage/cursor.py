"""Converts a place in the history to a cursor and back.

A cursor is an opaque, URL-safe string: 8 bytes of microseconds and 16 bytes of id in base64url. A page of the history
gives it to the caller, who sends it back to get the next page.
"""

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
    """The place of one prediction in the history, which is ordered by (created_at, id), newest first."""

    created_at: datetime
    id: UUID


def encode_cursor(place: Place) -> str:
    """Encode a place as 32 characters. Nothing is lost, because PostgreSQL also keeps microseconds."""
    microseconds = (place.created_at - EPOCH) // timedelta(microseconds=1)
    return base64.urlsafe_b64encode(LAYOUT.pack(microseconds, place.id.bytes)).decode()


def decode_cursor(cursor: str) -> Place:
    """Decode a cursor. ProblemError `invalid_request` if it did not come from `encode_cursor`."""
    try:
        microseconds, id_bytes = LAYOUT.unpack(base64.b64decode(cursor, altchars=b"-_", validate=True))
        return Place(EPOCH + timedelta(microseconds=microseconds), UUID(bytes=id_bytes))
    except (binascii.Error, struct.error, OverflowError, ValueError) as error:
        detail = "The cursor is invalid. Send a cursor of another page of this history, or none to get the first page."
        raise ProblemError("invalid_request", detail) from error
