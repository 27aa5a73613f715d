"""What one connection may send before a request reaches the app, and how many connections may be open."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ConnectionLimits:
    """The limits of one process. They are constants, because no operator has needed others; tests use smaller ones."""

    head_bytes: int = 64 * 1024  # request line and headers; cookies and signed tokens of browsers stay below 16 KiB
    header_fields: int = 100  # the default of Apache, LimitRequestFields
    unused_s: float = 75.0  # for the first byte; browsers open connections ahead and show an error if one was closed
    head_s: float = 10.0  # for a whole head, from its first byte
    send_s: float = 60.0  # for a client to read a part of its answer, after it stopped reading
    unwanted_bytes: int = 64 * 1024 * 1024  # of a body after its answer; a client that is cut off never reads it
    connections: int = 4000  # open at the same time; beyond it, the one that lets us wait longest is closed
