"""Converts a place in the history to a cursor and back.

A cursor is an opaque, URL-safe string: 8 bytes of microseconds, or of a confidence, and 16 bytes of id in base64url. A
page of the history gives it to the caller, who sends it back to get the next page. A cursor of the other order is no
error: it stands for some other place.
"""

import base64
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LAYOUT = struct.Struct(">q16s")  # microseconds since the epoch, id
SURENESS_LAYOUT = struct.Struct(">d16s")  # confidence, id
CURSOR_PATTERN = r"^[A-Za-z0-9_-]{32}$"
FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


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
    """Decode 32 characters of CURSOR_PATTERN. A time outside the calendar becomes its first or last moment."""
    microseconds, id_bytes = LAYOUT.unpack(base64.urlsafe_b64decode(cursor))
    earliest, latest = ((moment - EPOCH) // timedelta(microseconds=1) for moment in (FIRST, LAST))
    moment = EPOCH + timedelta(microseconds=max(earliest, min(microseconds, latest)))
    return Place(moment, UUID(bytes=id_bytes))


@dataclass(frozen=True)
class Sureness:
    """The place of one prediction in the history ordered by (confidence, id), least sure first."""

    confidence: float
    id: UUID


def encode_sureness(place: Sureness) -> str:
    """Encode a place as 32 characters."""
    return base64.urlsafe_b64encode(SURENESS_LAYOUT.pack(place.confidence, place.id.bytes)).decode()


def decode_sureness(cursor: str) -> Sureness:
    """Decode 32 characters of CURSOR_PATTERN. The confidence may be any number, or none."""
    confidence, id_bytes = SURENESS_LAYOUT.unpack(base64.urlsafe_b64decode(cursor))
    return Sureness(confidence, UUID(bytes=id_bytes))
