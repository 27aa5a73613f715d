"""Verifies the ID token that the page got from an OpenID provider when a person signed in.

Storage checks the signature with the provider's public keys, the issuer, the audience and the times (OpenID Connect
Core, section 3.1.3.7), so the page cannot make a curator of anybody. The e-mail address must be verified by the
provider and be one of STORAGE_CURATORS.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from shared.web.problems import ProblemError

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
LEEWAY_S = 60  # between the clocks of two machines
TIMEOUT_S = 5.0
KEYS_LIFE_S = 3600.0
MIN_RELOAD_S = 60.0  # an unknown key may be new, so it reloads the keys, but not more often than this


class RefusedTokenError(Exception):
    """The ID token is not valid, or the person is not a curator. `str(error)` says why, for the audit."""


@dataclass(frozen=True)
class Provider:
    """The issuer and the public keys of a provider."""

    issuer: str
    keys: KeySet
    read_at: float


class IdTokenVerifier:
    """Turns an ID token into the e-mail address of a curator."""

    def __init__(
        self,
        metadata_url: str,
        client_id: str,
        curators: frozenset[str],
        *,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._metadata_url = metadata_url
        self._client_id = client_id
        self._curators = {address.lower() for address in curators}
        self._clock = clock
        self._monotonic = monotonic
        self._provider: Provider | None = None

    async def verify(self, id_token: str) -> str:
        """Return the address in lower case. RefusedTokenError; ProblemError 503 if the provider does not answer."""
        try:
            claims = await self._decode(id_token)
        except (JoseError, ValueError) as error:
            raise RefusedTokenError(f"invalid token: {type(error).__name__}") from error
        email = claims.get("email")
        if not isinstance(email, str) or claims.get("email_verified") is not True:
            raise RefusedTokenError("the provider has not verified an e-mail address")
        if email.lower() not in self._curators:
            raise RefusedTokenError(f"{email} is not a curator")
        return email.lower()

    async def _decode(self, id_token: str) -> dict[str, Any]:
        provider = await self._read_provider(KEYS_LIFE_S)
        try:
            token = jwt.decode(id_token, provider.keys, algorithms=ALGORITHMS)
        except InvalidKeyIdError:  # the provider has changed its keys
            provider = await self._read_provider(MIN_RELOAD_S)
            token = jwt.decode(id_token, provider.keys, algorithms=ALGORITHMS)
        rules = jwt.JWTClaimsRegistry(
            now=lambda: int(self._clock()),
            leeway=LEEWAY_S,
            iss={"essential": True, "value": provider.issuer},
            aud={"essential": True, "value": self._client_id},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
        )
        rules.validate(token.claims)
        if token.claims.get("azp", self._client_id) != self._client_id:
            raise ValueError("the token was issued to another client")
        return token.claims

    async def _read_provider(self, max_age_s: float) -> Provider:
        known = self._provider
        if known is None or self._monotonic() - known.read_at > max_age_s:
            self._provider = known = await self._fetch()
        return known

    async def _fetch(self) -> Provider:
        try:
            async with httpx.AsyncClient(timeout=TIMEOUT_S) as client:
                metadata = (await client.get(self._metadata_url)).raise_for_status().json()
                keys = (await client.get(metadata["jwks_uri"])).raise_for_status().json()
            return Provider(metadata["issuer"], KeySet.import_key_set(keys), self._monotonic())
        except (httpx.HTTPError, httpx.InvalidURL, JoseError, ValueError, KeyError, TypeError) as error:
            detail = "The OpenID provider does not answer, so nobody can sign in at the moment. Try again shortly."
            raise ProblemError("not_ready", detail, {"Retry-After": "5"}) from error
