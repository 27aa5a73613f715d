"""Signs a person in as curator: by the local password, or by an ID token where an OpenID provider is configured.

Every attempt is in the audit, the good and the bad. Failed attempts are limited for each address, which stops guessing
from one machine, and in all, which bounds the processor time that scrypt takes.
"""

import asyncio
from uuid import uuid4

import structlog

from services.storage.access.authenticator import Authenticator
from services.storage.access.openid import IdTokenVerifier, RefusedTokenError
from services.storage.access.passwords import check_password
from services.storage.access.signed_tokens import SignedToken
from services.storage.database import Database
from services.storage.lanes import ACCESS
from services.storage.queries import sign_ins as queries
from services.storage.queries.audit import write_audit
from shared.contracts.access import CuratorToken, SignIn, SignInMethod
from shared.web.problems import ProblemError

logger = structlog.get_logger(__name__)

LIMITS = queries.AttemptLimits(within_s=900, from_one_address=10, from_all=300)
LOCAL_CURATOR = "local"  # the name of the curator with the password


class SignInDesk:
    """Checks who wants to be curator. With a verifier, passwords are refused."""

    def __init__(self, database: Database, authenticator: Authenticator, verifier: IdTokenVerifier | None) -> None:
        self._database = database
        self._authenticator = authenticator
        self._verifier = verifier
        self._one_hash = asyncio.Lock()  # one password at a time costs one processor and 32 MiB

    @property
    def method(self) -> SignInMethod:
        """How a person signs in here."""
        return "password" if self._verifier is None else "id_token"

    async def sign_in(self, request: SignIn) -> CuratorToken:
        """Return a curator token. ProblemError 401 if the person is refused, 429 after too many refusals."""
        address = request.address or "unknown"
        attempt = uuid4()
        if not await self._database.run(ACCESS, queries.begin_attempt, attempt, self.method, address, LIMITS):
            detail = "Too many attempts to sign in failed. Try again in 15 minutes."
            raise ProblemError("rate_limited", detail, {"Retry-After": str(int(LIMITS.within_s))})
        try:
            curator = await self._identify(request)
        except RefusedTokenError as refusal:
            await self._note("sign_in_refused", "unknown", address, reason=str(refusal))
            raise ProblemError("unauthorised", _describe_refusal(self.method)) from refusal
        except ProblemError:  # it could not be checked
            await self._database.run(ACCESS, queries.forgive_attempt, attempt)
            raise
        await self._database.run(ACCESS, queries.forgive_attempt, attempt)
        await self._note("sign_in", f"curator {curator}", address)
        return _make_answer(curator, (await self._authenticator.read_signer()).sign_curator(curator))

    async def _identify(self, request: SignIn) -> str:
        """Return the name of the curator. RefusedTokenError if the person is none."""
        if self._verifier is not None:
            if request.id_token is None:
                raise RefusedTokenError("sent a password, but an OpenID provider is configured")
            return await self._verifier.verify(request.id_token)
        if request.password is None:
            raise RefusedTokenError("sent an ID token, but no OpenID provider is configured")
        if not await self._is_password(request.password):
            raise RefusedTokenError("wrong password")
        return LOCAL_CURATOR

    async def _is_password(self, password: str) -> bool:
        hashed = await self._database.run(ACCESS, queries.read_password)
        if hashed is None:
            raise RefusedTokenError("no password was made yet")
        async with self._one_hash:
            return await asyncio.to_thread(check_password, password, hashed)

    async def _note(self, action: str, who: str, address: str, **details: str) -> None:
        entry = {"method": self.method, "address": address, **details}
        await self._database.run(ACCESS, write_audit, who, action, entry)
        logger.info(action, **entry)


def _describe_refusal(method: SignInMethod) -> str:
    if method == "password":
        return "The password is wrong."
    return "This account may not sign in here. Ask the operator to add its e-mail address to STORAGE_CURATORS."


def _make_answer(curator: str, token: SignedToken) -> CuratorToken:
    return CuratorToken(token=token.text, curator=curator, expires_at=token.expires_at)
