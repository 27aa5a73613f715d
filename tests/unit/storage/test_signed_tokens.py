"""Tokens of visitors and curators: what they name, when they end, and that nobody else can make one."""

import base64
import json
from dataclasses import dataclass
from uuid import UUID

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from services.storage.access.signed_tokens import CURATOR_LIFE, VISITOR_LIFE, SigningKey, TokenSigner

OLD = SigningKey(UUID(int=1), b"o" * 32)
NEW = SigningKey(UUID(int=2), b"n" * 32)
VISITOR = UUID("0199f3f0-0000-4000-8000-000000000021")


@dataclass
class HandClock:
    now: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def signer(clock: HandClock) -> TokenSigner:
    return TokenSigner([NEW, OLD], clock)


def test_the_token_of_a_visitor_names_it_and_gives_no_right_over_others(signer: TokenSigner) -> None:
    caller = signer.verify(signer.sign_visitor(VISITOR).text)
    assert caller is not None
    assert (caller.owner, caller.scopes) == (VISITOR, {"read", "write", "label"})
    assert (caller.is_curator, caller.curator) == (False, None)


def test_the_token_of_a_curator_names_the_person(signer: TokenSigner) -> None:
    caller = signer.verify(signer.sign_curator("ada@example.org").text)
    assert caller is not None
    assert (caller.curator, caller.scopes) == ("ada@example.org", {"read", "write", "label", "curate"})


def test_two_curators_own_different_predictions(signer: TokenSigner) -> None:
    ada, bob = (signer.verify(signer.sign_curator(name).text) for name in ("ada@example.org", "bob@example.org"))
    assert ada is not None
    assert bob is not None
    assert ada.owner != bob.owner


@pytest.mark.parametrize(
    ("kind", "life"), [("visitor", VISITOR_LIFE), ("curator", CURATOR_LIFE)], ids=["visitor", "curator"]
)
def test_a_token_is_valid_until_its_last_second(signer: TokenSigner, clock: HandClock, kind: str, life) -> None:
    token = signer.sign_visitor(VISITOR) if kind == "visitor" else signer.sign_curator("ada@example.org")
    clock.now += life.total_seconds() - 1
    assert signer.verify(token.text) is not None
    clock.now += 1
    assert signer.verify(token.text) is None


@pytest.mark.parametrize("seconds", [1, 3600, 86_400])
def test_a_token_stays_valid_when_the_clock_is_set_back(signer: TokenSigner, clock: HandClock, seconds: int) -> None:
    token = signer.sign_visitor(VISITOR)
    clock.now -= seconds
    assert signer.verify(token.text) is not None


def test_a_token_of_the_key_before_stays_valid(clock: HandClock) -> None:
    token = TokenSigner([OLD], clock).sign_visitor(VISITOR).text
    assert TokenSigner([NEW, OLD], clock).verify(token) is not None
    assert TokenSigner([NEW], clock).verify(token) is None


def test_every_change_of_a_character_makes_a_token_invalid(signer: TokenSigner) -> None:
    token = signer.sign_curator("ada@example.org").text
    last = {token.rfind(".") - 1, len(token) - 1}  # the last character of a part may hold unused bits
    for place in set(range(len(token))) - last:
        other = "A" if token[place] != "A" else "B"
        assert signer.verify(token[:place] + other + token[place + 1 :]) is None, place


def test_every_truncated_token_is_invalid(signer: TokenSigner) -> None:
    token = signer.sign_visitor(VISITOR).text
    assert [length for length in range(len(token)) if signer.verify(token[:length]) is not None] == []


def forge(claims: dict[str, object], header: dict[str, object], secret: bytes) -> str:
    return jwt.encode(header, claims, OctKey.import_key(secret), algorithms=["HS256", "HS384"])


CLAIMS: dict[str, object] = {
    "iss": "slate",
    "aud": "visitor",
    "sub": str(VISITOR),
    "iat": 1_800_000_000,
    "exp": 1_800_000_100,
}
HEADER: dict[str, object] = {"alg": "HS256", "kid": str(NEW.id)}


def test_the_forger_of_these_tests_makes_a_valid_token_with_the_key(signer: TokenSigner) -> None:
    assert signer.verify(forge(CLAIMS, HEADER, NEW.secret)) is not None


FORGED = {
    "another secret": (CLAIMS, HEADER, b"x" * 32),
    "the other key's id": (CLAIMS, HEADER | {"kid": str(OLD.id)}, NEW.secret),
    "an unknown key": (CLAIMS, HEADER | {"kid": str(UUID(int=3))}, NEW.secret),
    "another algorithm": (CLAIMS, HEADER | {"alg": "HS384"}, NEW.secret),
    "another issuer": (CLAIMS | {"iss": "else"}, HEADER, NEW.secret),
    "another audience": (CLAIMS | {"aud": "admin"}, HEADER, NEW.secret),
    "no end": ({key: value for key, value in CLAIMS.items() if key != "exp"}, HEADER, NEW.secret),
    "an end in the past": (CLAIMS | {"exp": 1_799_999_999}, HEADER, NEW.secret),
    "an end as a text": (CLAIMS | {"exp": "9999999999"}, HEADER, NEW.secret),
    "an end that is infinite": (CLAIMS | {"exp": 1e400}, HEADER, NEW.secret),
    "a beginning as a text": (CLAIMS | {"iat": "long ago"}, HEADER, NEW.secret),
    "a visitor that is no id": (CLAIMS | {"sub": "ada"}, HEADER, NEW.secret),
    "an unknown claim": (CLAIMS | {"scopes": ["curate"]}, HEADER, NEW.secret),
}


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED)
def test_a_forged_token_is_invalid(signer: TokenSigner, forged) -> None:
    assert signer.verify(forge(*forged)) is None


def test_a_token_without_a_signature_is_invalid(signer: TokenSigner) -> None:
    parts = ({"alg": "none", "kid": str(NEW.id)}, CLAIMS)
    header, claims = (base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)
    assert signer.verify(f"{header}.{claims}.") is None
