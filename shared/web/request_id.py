"""The request id: one name for everything that one press on the page, or one call of a program, makes happen.

A caller may send one as `X-Request-ID`. It comes back with the answer, stands in every line of the logs and in problem
documents, and goes on to the services that are asked on the way.
"""

import random
import re

from asgi_correlation_id import CorrelationIdMiddleware, correlation_id
from starlette.middleware import Middleware

from shared.contracts.problem import REQUEST_ID

WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{1,64}")  # safe in a log, a header and a shell


def is_request_id(text: str) -> bool:
    """Whether it may be taken over from a caller."""
    return WELL_FORMED.fullmatch(text) is not None


def make_request_id() -> str:
    """32 hexadecimal digits. They need not be secret, so this is faster than `uuid4`."""
    return f"{random.getrandbits(128):032x}"


def begin_request(request_id: str | None = None) -> str:
    """Use this id, or a new one, for what this thread or task does from now on → the id."""
    request_id = request_id or make_request_id()
    correlation_id.set(request_id)
    return request_id


def find_request_id() -> str | None:
    """The id of the request that this thread or task works for; None outside of requests."""
    return correlation_id.get()


def accept_request_ids() -> Middleware:
    """The middleware that takes over the id of the caller, or makes one, and returns it with the answer."""
    return Middleware(
        CorrelationIdMiddleware,
        header_name=REQUEST_ID,
        generator=make_request_id,
        validator=is_request_id,
        update_request_header=False,
    )
