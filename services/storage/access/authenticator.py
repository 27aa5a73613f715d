"""Finds out who sends a bearer token.

Named tokens and signing keys are read from the database at most every few seconds, whatever callers send. So a flood of
wrong tokens costs the database nothing, and a revoked token ends in all copies of the service within `MAX_AGE_S` and
the time of one query.
"""

import asyncio
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from uuid import UUID

from services.storage.access.caller import INSTALLATION, PAGE, Caller, make_token_caller
from services.storage.access.secret_tokens import PREFIX, hash_secret
from services.storage.access.signed_tokens import Clock, TokenSigner
from services.storage.database import Database
from services.storage.lanes import ACCESS
from services.storage.queries import tokens as queries

MAX_AGE_S = 3.0
MAX_VERIFIED = 10_000  # signed tokens whose signature is remembered until the next reading


@dataclass(frozen=True)
class KnownTokens:
    """What the database knew at one moment. `verified` are signed tokens that were verified since."""

    by_hash: dict[bytes, queries.NamedToken]
    signer: TokenSigner
    read_at: float  # seconds of a monotonic clock
    verified: dict[str, Caller] = field(default_factory=dict)


class Authenticator:
    """Turns a bearer token into a caller."""

    def __init__(
        self,
        database: Database,
        *,
        token: str,
        page_token: str | None,
        clock: Clock = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._fixed = [(token.encode(), INSTALLATION), *([(page_token.encode(), PAGE)] if page_token else [])]
        self._clock = clock
        self._monotonic = monotonic
        self._known: KnownTokens | None = None
        self._reading: asyncio.Task[KnownTokens] | None = None
        self._noted: dict[UUID, date] = {}

    async def identify(self, sent: bytes) -> Caller | None:
        """Return who sends the token; None if nobody has it. ProblemError 503 if the database cannot tell."""
        for fixed, caller in self._fixed:
            if secrets.compare_digest(fixed, sent):
                return caller
        if not sent.isascii():
            return None
        token = sent.decode()
        if token.startswith(PREFIX):
            return await self._identify_named(token)
        if token.count(".") == 2:
            return await self._identify_signed(token)
        return None

    async def read_signer(self) -> TokenSigner:
        """Return the signer with the current keys."""
        return (await self._read_known()).signer

    async def _identify_named(self, secret: str) -> Caller | None:
        known = (await self._read_known()).by_hash.get(hash_secret(secret))
        if known is None:
            return None
        await self._note_use(known)
        return make_token_caller(known.name, known.scopes)

    async def _identify_signed(self, token: str) -> Caller | None:
        known = await self._read_known()
        caller = known.verified.get(token) or known.signer.verify(token)
        if caller is None or caller.expires_at is None or caller.expires_at.timestamp() <= self._clock():
            return None
        if len(known.verified) < MAX_VERIFIED:
            known.verified[token] = caller
        return caller

    async def _read_known(self) -> KnownTokens:
        if self._known is not None and self._monotonic() - self._known.read_at <= MAX_AGE_S:
            return self._known
        if self._reading is None or self._reading.done():  # all who wait share one reading, and its failure
            self._reading = asyncio.create_task(self._read())
        self._known = await asyncio.shield(self._reading)  # a caller who goes away does not end it for the others
        return self._known

    async def _read(self) -> KnownTokens:
        read_at = self._monotonic()
        tokens = await self._database.run(ACCESS, queries.read_valid_tokens)
        keys = await self._database.run(ACCESS, queries.read_signing_keys)
        if not keys:  # the first start; another copy may do the same, and then both keys are valid
            await self._database.run(ACCESS, queries.insert_signing_key, secrets.token_bytes(32))
            keys = await self._database.run(ACCESS, queries.read_signing_keys)
        return KnownTokens({one.hash: one for one in tokens}, TokenSigner(keys, self._clock), read_at)

    async def _note_use(self, token: queries.NamedToken) -> None:
        today = datetime.now(UTC).date()
        if token.last_used == today or self._noted.get(token.id) == today:
            return
        self._noted[token.id] = today  # first, so that many requests at once note it once
        await self._database.run(ACCESS, queries.note_use, token.id)
