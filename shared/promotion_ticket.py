"""Signs and verifies the ticket of a promotion: claims as JSON, signed with HMAC-SHA256 (RFC 2104).

Storage signs a ticket when a curator asks for it. Inference, which knows no curators, verifies it with the same key.
A ticket is `claims.signature`, both in base64url.
"""

import base64
import binascii
import hashlib
import hmac

from pydantic import ValidationError

from shared.contracts.promotion import TicketClaims

LIFE_S = 60
LEEWAY_S = 30  # how far the clocks of two machines may be apart
PURPOSE = b"slate promotion ticket 1\n"  # a signature of this key for anything else is no signature of a ticket
COMMAND = "python -m training.promotion"  # what works without tickets
HOW_TO_CONFIGURE = (
    "Promotion on the page is not set up: set STORAGE_PROMOTION_KEY and INFERENCE_PROMOTION_KEY to the same secret, or "
    f"use the command `{COMMAND}` where the models are."
)


class TicketError(Exception):
    """The ticket is forged, damaged or too old. `str(error)` says which."""


def sign_ticket(claims: TicketClaims, key: str) -> str:
    """Return the ticket."""
    payload = claims.model_dump_json().encode()
    return f"{_encode(payload)}.{_encode(_sign(payload, key))}"


def verify_ticket(ticket: str, key: str, now: float) -> TicketClaims:
    """Return what the ticket says. `now` is in seconds since the epoch. TicketError."""
    payload, _, signature = ticket.partition(".")
    try:
        content, signed = _decode(payload), _decode(signature)
    except (binascii.Error, ValueError) as error:
        raise TicketError("This is no ticket.") from error
    if not hmac.compare_digest(_sign(content, key), signed):
        raise TicketError(
            "The signature of the ticket is wrong. STORAGE_PROMOTION_KEY and INFERENCE_PROMOTION_KEY must be equal."
        )
    try:
        claims = TicketClaims.model_validate_json(content)
    except ValidationError as error:
        raise TicketError("The ticket is of another version of Slate.") from error
    if not now - LEEWAY_S <= claims.expires_at <= now + LIFE_S + LEEWAY_S:
        raise TicketError("The ticket has expired. Ask for a new one.")
    return claims


def _sign(payload: bytes, key: str) -> bytes:
    return hmac.new(key.encode(), PURPOSE + payload, hashlib.sha256).digest()


def _encode(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode()


def _decode(text: str) -> bytes:
    """ValueError if it is not base64url."""
    return base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True)
