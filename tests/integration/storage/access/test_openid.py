"""Sign-in with the ID token of an OpenID provider: only a verified address of a curator, and only a token for Slate."""

import base64
import hmac
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from tests.e2e.stack import free_port

CLIENT = "slate-client"
PROGRAM = Path(__file__).with_name("provider.py")


@dataclass
class Provider:
    """The running provider and its private keys."""

    url: str
    key_file: Path
    key: RSAKey

    def replace_key(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": f"key {time.monotonic_ns()}"})
        self.key_file.write_text(json.dumps(KeySet([self.key]).as_dict(private=True)))

    def sign(self, **changes: object) -> str:
        """An ID token that is right but for the changes; a claim that is None is left out."""
        now = int(time.time())
        claims = {
            "iss": self.url, "aud": CLIENT, "sub": "1", "iat": now, "exp": now + 600,
            "email": "ada@example.org", "email_verified": True, **changes,
        }  # fmt: skip
        sent = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, sent, self.key)


@pytest.fixture(scope="module")
def running_provider(tmp_path_factory) -> Iterator[Provider]:
    port = free_port()
    key_file = tmp_path_factory.mktemp("provider") / "keys.json"
    provider = Provider(f"http://127.0.0.1:{port}", key_file, RSAKey.generate_key(2048))
    provider.replace_key()
    with subprocess.Popen([sys.executable, str(PROGRAM), str(port), str(key_file)]) as process:
        try:
            wait_until_it_answers(f"{provider.url}/keys")
            yield provider
        finally:
            process.kill()


def wait_until_it_answers(url: str) -> None:
    for _ in range(300):
        try:
            httpx.get(url).raise_for_status()
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"{url} does not answer")


@pytest.fixture
def provider(running_provider: Provider) -> Provider:
    return running_provider


@pytest.fixture
async def installation(install, provider):
    return await install(
        oidc_metadata_url=f"{provider.url}/.well-known/openid-configuration",
        oidc_client_id=CLIENT,
        curators="ada@example.org, bob@example.org",
    )


def encode(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).decode().rstrip("=")


async def sign_in(installation, id_token: str, address: str = "198.51.100.7") -> httpx.Response:
    page = await installation.page()
    answer: httpx.Response = await page.post("/v1/sign-ins", json={"id_token": id_token, "address": address})
    return answer


async def test_a_curator_gets_a_token_with_the_rights_and_the_name(installation, provider):
    answer = await sign_in(installation, provider.sign())
    assert (answer.status_code, answer.json()["curator"]) == (201, "ada@example.org")
    curator = await installation.with_token(answer.json()["token"])
    me = (await curator.get("/v1/me")).json()
    assert (me["curator"], me["scopes"]) == ("ada@example.org", ["curate", "label", "read", "write"])


async def test_the_case_of_an_address_does_not_matter(installation, provider):
    answer = await sign_in(installation, provider.sign(email="Ada@Example.ORG"))
    assert (answer.status_code, answer.json()["curator"]) == (201, "ada@example.org")


async def test_an_audience_of_several_clients_is_accepted_if_the_token_was_issued_to_this_one(installation, provider):
    answer = await sign_in(installation, provider.sign(aud=["another", CLIENT], azp=CLIENT))
    assert answer.status_code == 201


REFUSED = {
    "another issuer": {"iss": "https://accounts.example.net"},
    "another audience": {"aud": "another-client"},
    "issued to another client": {"aud": ["another", CLIENT], "azp": "another"},
    "no audience": {"aud": None},
    "expired": {"exp": 1_700_000_000},
    "no end": {"exp": None},
    "not yet issued": {"iat": 4_000_000_000},
    "not yet valid": {"nbf": 4_000_000_000},
    "unverified address": {"email_verified": False},
    "an address verified by a text": {"email_verified": "true"},
    "no word on verification": {"email_verified": None},
    "no address": {"email": None},
    "an address that is a list": {"email": ["ada@example.org"]},
    "not a curator": {"email": "eve@example.org"},
}


@pytest.mark.parametrize("changes", REFUSED.values(), ids=REFUSED)
async def test_a_wrong_id_token_is_refused_and_noted(installation, provider, changes):
    answer = await sign_in(installation, provider.sign(**changes))
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorised")
    [entry, *_] = (await (await installation.curator()).get("/v1/audit")).json()["entries"]
    assert entry["action"] == "sign_in_refused"
    assert entry["details"]["address"] == "198.51.100.7"


async def test_a_token_signed_by_a_stranger_is_refused(installation, provider):
    own = RSAKey.generate_key(2048, {"kid": provider.key.kid})
    stranger = Provider(provider.url, provider.key_file, own)
    assert (await sign_in(installation, stranger.sign())).status_code == 401


async def test_a_token_signed_with_the_public_key_as_a_secret_is_refused(installation, provider):
    header, claims, _ = provider.sign().split(".")
    header = encode(json.dumps({"alg": "HS256", "kid": provider.key.kid}).encode())
    signature = hmac.digest(provider.key.as_pem(private=False), f"{header}.{claims}".encode(), "sha256")
    token = f"{header}.{claims}.{encode(signature)}"
    assert (await sign_in(installation, token)).status_code == 401


@pytest.mark.parametrize("token", ["x", "a.b.c", "e30.e30.", "." * 5000])
async def test_a_token_that_is_none_is_refused(installation, token):
    assert (await sign_in(installation, token)).status_code == 401


async def test_a_truncated_token_is_refused(installation, provider):
    assert (await sign_in(installation, provider.sign()[:-6])).status_code == 401


async def test_a_key_that_the_provider_made_later_is_found(install, provider, monkeypatch):
    monkeypatch.setattr("services.storage.access.openid.MIN_RELOAD_S", 0.0)
    installation = await install(
        oidc_metadata_url=f"{provider.url}/.well-known/openid-configuration",
        oidc_client_id=CLIENT,
        curators="ada@example.org",
    )
    assert (await sign_in(installation, provider.sign())).status_code == 201
    provider.replace_key()
    assert (await sign_in(installation, provider.sign())).status_code == 201


async def test_a_provider_that_fails_is_not_ready_and_no_failed_attempt(install, provider):
    installation = await install(
        oidc_metadata_url=f"{provider.url}/not-found",
        oidc_client_id=CLIENT,
        curators="ada@example.org",
    )
    for _ in range(15):
        answer = await sign_in(installation, "a.b.c")
        assert (answer.status_code, answer.json()["code"]) == (503, "not_ready")


async def test_a_password_is_refused_where_a_provider_is_configured(installation):
    page = await installation.page()
    assert (await page.get("/v1/me")).json()["sign_in"] == ["id_token"]
    assert (await page.post("/v1/sign-ins", json={"password": "x"})).status_code == 401


@pytest.fixture(scope="module")
def independent_provider() -> Iterator[str]:
    """A provider that others wrote, with the whole flow of a sign-in → its issuer."""
    port = free_port()
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            wait_until_it_answers(f"http://localhost:{port}/jwks")
            yield f"http://localhost:{port}"
        finally:
            process.kill()


def sign_in_there(issuer: str, email: str) -> str:
    """Go through the authorization code flow as a browser and the page do → the ID token."""
    back = "http://localhost/oauth2callback"
    question = {"client_id": CLIENT, "redirect_uri": back, "response_type": "code", "scope": "openid email"}
    with httpx.Client(base_url=issuer) as browser:
        browser.put(f"/users/{email}", json={"email": email, "email_verified": True}).raise_for_status()
        answer = browser.post("/oauth2/authorize", params={**question, "state": "s"}, data={"sub": email})
        code = httpx.URL(answer.headers["location"]).params["code"]
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back}
        tokens = browser.post("/oauth2/token", data=form, auth=(CLIENT, "secret")).json()
    id_token: str = tokens["id_token"]
    return id_token


async def test_the_id_token_of_another_implementation_is_understood(install, independent_provider):
    installation = await install(
        oidc_metadata_url=f"{independent_provider}/.well-known/openid-configuration",
        oidc_client_id=CLIENT,
        curators="ada@example.org",
    )
    ada, eve = (sign_in_there(independent_provider, email) for email in ("ada@example.org", "eve@example.org"))
    assert [(await sign_in(installation, token)).status_code for token in (ada, eve)] == [201, 401]
