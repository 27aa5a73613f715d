"""Visitor and curator tokens: JSON Web Tokens (RFC 7519) signed with HMAC-SHA256, which storage need not remember.

The token of a visitor names a random id and nothing else. The newest key signs; every key that is not retired verifies.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from uuid import UUID

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OctKey
from pydantic import ValidationError

from services.storage.access.caller import Caller, make_curator, make_visitor
from shared.contracts.message import Message

ALGORITHM = "HS256"
VISITOR_LIFE = timedelta(days=400)  # the longest life of a cookie in current browsers (RFC 6265bis)
CURATOR_LIFE = timedelta(hours=12)  # a working day

Clock = Callable[[], float]  # seconds since the epoch


class Claims(Message):
    """What a signed token says. `sub` is the id of a visitor or the name of a curator, the times are in seconds."""

    iss: Literal["slate"] = "slate"
    aud: Literal["visitor", "curator"]
    sub: str
    iat: int
    exp: int


@dataclass(frozen=True)
class SigningKey:
    """A key of 32 bytes. `id` stands in the header of each token that it signed."""

    id: UUID
    secret: bytes


@dataclass(frozen=True)
class SignedToken:
    """A new token and its end."""

    text: str
    expires_at: datetime


class TokenSigner:
    """Signs and verifies tokens with keys, newest first; there is at least one."""

    def __init__(self, keys: Sequence[SigningKey], clock: Clock = time.time) -> None:
        self._keys = [OctKey.import_key(key.secret, {"kid": str(key.id)}) for key in keys]
        self._clock = clock

    def sign_visitor(self, visitor: UUID) -> SignedToken:
        """Sign the token of a visitor."""
        return self._sign("visitor", str(visitor), VISITOR_LIFE)

    def sign_curator(self, name: str) -> SignedToken:
        """Sign the token of a person who signed in."""
        return self._sign("curator", name, CURATOR_LIFE)

    def verify(self, text: str) -> Caller | None:
        """Return the caller that the token names; None if it is forged, damaged, expired or signed by a retired key.

        `iat` may be in the future. The key says that the token is ours, so only a clock has changed: one that was
        ahead and was set right, or that of another copy of storage. A person whose token was refused would lose what
        waits to be saved.
        """
        try:
            token = jwt.decode(text, KeySet(list(self._keys)), algorithms=[ALGORITHM])
            dated = {name: value for name, value in token.claims.items() if name != "iat"}
            jwt.JWTClaimsRegistry(now=lambda: int(self._clock())).validate(dated)
            return _make_caller(Claims.model_validate(token.claims))
        except (JoseError, ValidationError, ValueError):
            return None

    def _sign(self, audience: Literal["visitor", "curator"], subject: str, life: timedelta) -> SignedToken:
        now = int(self._clock())
        claims = Claims(aud=audience, sub=subject, iat=now, exp=now + int(life.total_seconds()))
        key = self._keys[0]
        text = jwt.encode({"alg": ALGORITHM, "kid": key.kid}, claims.model_dump(), key)
        return SignedToken(text, datetime.fromtimestamp(claims.exp, UTC))


def _make_caller(claims: Claims) -> Caller:
    expires_at = datetime.fromtimestamp(claims.exp, UTC)
    if claims.aud == "visitor":
        return make_visitor(UUID(claims.sub), expires_at)
    return make_curator(claims.sub, expires_at)
