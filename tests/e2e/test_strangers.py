"""A scripted attack: what a stranger sees and changes of others through page, API and WebSocket. It must be nothing.

The victim is a visitor of a public page who has stored one labelled drawing. Each attack has a control beside it: the
victim itself does the same and succeeds.
"""

import base64
import io
import json
from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest
from PIL import Image
from websockets.exceptions import InvalidStatus

from services.frontend.cookies import name_browser
from tests.e2e.public_page import Session, load_page, open_session, public_page, write_cookies
from tests.e2e.stack import NO_CERTIFICATES, Stack, wait_until

PAGES = ["", "history", "statistics", "models", "photo", "api", "sign-in"]


@pytest.fixture(scope="module")
def url(stack: Stack) -> Iterator[str]:
    with public_page(stack) as url:
        yield url


class Visitor:
    """A browser with its cookies, and storage with the visitor's token."""

    def __init__(self, stack: Stack, url: str) -> None:
        self.url, self.cookies = url, load_page(url)
        headers = {"Authorization": f"Bearer {self.cookies['slate_visitor']}"}
        self.api = httpx.Client(base_url=stack.url("storage"), headers=headers, timeout=60, verify=NO_CERTIFICATES)

    def store(self) -> str:
        prediction_id = str(uuid4())
        picture = io.BytesIO()
        Image.effect_noise((60, 60), 90).save(picture, "PNG")
        body = {
            "digit": 3,
            "confidence": 0.9,
            "probabilities": [0.1] * 10,
            "digit_score": 0.9,
            "model": {"name": "cnn", "version": "1"},
            "drawing": base64.b64encode(picture.getvalue()).decode(),
            "source": "canvas",
        }
        self.api.put(f"/v1/predictions/{prediction_id}", json=body).raise_for_status()
        self.api.put(f"/v1/predictions/{prediction_id}/label", json={"digit": 3}).raise_for_status()
        return prediction_id

    def open(self, page: str = "", **more: str) -> Session:
        return open_session(self.url, self.cookies, page, **more)


def open_history(visitor: Visitor, prediction_id: str) -> Session:
    """A session that shows the prediction. A busy storage can be too slow for the first."""
    sessions: list[Session] = []

    def shows_it() -> bool:
        sessions.append(visitor.open("history"))
        return prediction_id.encode() in sessions[-1].received

    wait_until(shows_it, "the prediction in the history")
    return sessions[-1]


@pytest.fixture
def victim(stack: Stack, url: str) -> Iterator[Visitor]:
    visitor = Visitor(stack, url)
    yield visitor
    visitor.api.close()


@pytest.fixture
def secret(victim: Visitor) -> Iterator[str]:
    """The victim's prediction, which is unchanged after every attack."""
    prediction_id = victim.store()
    before = victim.api.get(f"/v1/predictions/{prediction_id}").json()
    yield prediction_id
    assert victim.api.get(f"/v1/predictions/{prediction_id}").json() == before
    assert (before["digit"], before["label"], before["mine"]) == (3, 3, True)


@pytest.fixture
def stranger(stack: Stack, url: str) -> Iterator[Visitor]:
    visitor = Visitor(stack, url)
    yield visitor
    visitor.api.close()


@pytest.mark.parametrize("page", PAGES)
def test_no_page_shows_the_drawing_to_a_stranger(victim: Visitor, stranger: Visitor, secret: str, page: str) -> None:
    for query in ("", "show=labelled&label=3", "mine=false&model=cnn/1", "older_than=" + "A" * 32):
        assert secret.encode() not in stranger.open(page, query=query).received
    open_history(victim, secret)


def test_the_api_answers_a_stranger_as_if_the_drawing_did_not_exist(stranger: Visitor, secret: str) -> None:
    path = f"/v1/predictions/{secret}"
    for address in (path, f"{path}/drawing", f"{path}/label-history"):
        assert stranger.api.get(address).status_code == 404
    assert stranger.api.put(f"{path}/label", json={"digit": 1}).status_code == 404
    assert stranger.api.delete(f"{path}/label").status_code == 404
    stranger.api.delete(path)
    assert stranger.api.get("/v1/predictions", params={"limit": 200}).json()["predictions"] == []
    assert stranger.api.delete("/v1/mine").json() == {"predictions": 0}
    assert stranger.api.get("/v1/labelled-drawings").status_code == 403
    assert stranger.api.get("/v1/audit").status_code == 403
    assert stranger.api.post("/v1/visitors", json={}).status_code == 403


def test_a_stranger_cannot_take_over_the_id_of_a_drawing(victim: Visitor, stranger: Visitor, secret: str) -> None:
    stored = victim.api.get(f"/v1/predictions/{secret}").json()
    fields = ("digit", "confidence", "probabilities", "digit_score", "model", "source", "created_at")
    drawing = victim.api.get(f"/v1/predictions/{secret}/drawing").content
    body = {name: stored[name] for name in fields} | {"drawing": base64.b64encode(drawing).decode()}
    answer = stranger.api.put(f"/v1/predictions/{secret}", json=body)
    assert answer.status_code in (404, 409)
    assert stranger.api.get(f"/v1/predictions/{secret}").status_code == 404


def test_forged_cookies_open_nothing(victim: Visitor, stranger: Visitor, secret: str, stack: Stack) -> None:
    head, body, signature = victim.cookies["slate_visitor"].split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    unsigned = base64.urlsafe_b64encode(json.dumps({"alg": "none", "typ": "JWT"}).encode()).decode().rstrip("=")
    curator = base64.urlsafe_b64encode(json.dumps(claims | {"aud": "curator"}).encode()).decode().rstrip("=")
    for forged in (
        f"{head}.{body}.{signature[::-1]}",
        f"{unsigned}.{body}.",
        f"{head}.{curator}.{signature}",
        f"{head}.{body}.",
        "own",
        f"browser:{name_browser(victim.cookies['slate_browser'])}",
    ):
        headers = {"Authorization": f"Bearer {forged}"}
        with httpx.Client(base_url=stack.url("storage"), headers=headers, timeout=60, verify=NO_CERTIFICATES) as api:
            assert api.get(f"/v1/predictions/{secret}").status_code == 401
        cookies = stranger.cookies | {"slate_visitor": forged, "slate_curator": forged}
        for page in ("", "history"):
            assert secret.encode() not in open_session(victim.url, cookies, page).received


def test_a_session_goes_on_only_in_its_own_browser(victim: Visitor, stranger: Visitor, secret: str) -> None:
    session = open_history(victim, secret)
    named = {"X-Slate-Browser": name_browser(victim.cookies["slate_browser"])}
    with_the_token = {"slate_visitor": victim.cookies["slate_visitor"]}
    for cookies, headers in (
        (stranger.cookies, {}),
        (stranger.cookies, named),
        ({}, {}),
        ({}, named),
        ({"slate_browser": ""}, {}),
        ({"slate_browser": name_browser(victim.cookies["slate_browser"])}, {}),
        (with_the_token | {"slate_browser": "guessed"}, {}),
    ):
        taken = open_session(victim.url, cookies, resume=session.id, **headers)
        assert taken.id != session.id
    assert victim.open("history", resume=session.id).id == session.id


def test_two_clients_without_cookies_share_nothing(url: str) -> None:
    first = open_session(url, {})
    assert open_session(url, {}, resume=first.id).id != first.id


def test_a_page_of_another_origin_cannot_open_a_session(victim: Visitor) -> None:
    for origin in ("http://evil.example", "null", "https://slate.example"):
        with pytest.raises(InvalidStatus):
            victim.open("history", Origin=origin)


def test_files_cannot_be_put_into_the_session_of_another(victim: Visitor, stranger: Visitor) -> None:
    session = victim.open("photo")
    path = f"{victim.url}/_stcore/upload_file/{session.id}/{uuid4()}"
    headers = {"Cookie": write_cookies(stranger.cookies)}
    answer = httpx.put(path, files={"file": b"x"}, headers=headers, timeout=60, verify=NO_CERTIFICATES)
    assert answer.status_code in (400, 403)


def test_a_ticket_of_another_browser_and_a_guessed_one_sign_nobody_in(stranger: Visitor) -> None:
    for ticket in ("", "guessed", "0" * 43):
        answer = httpx.post(
            f"{stranger.url}/session",
            headers={"X-Slate-Ticket": ticket, "Cookie": write_cookies(stranger.cookies)},
            timeout=60,
            verify=NO_CERTIFICATES,
        )
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers


def test_the_cookies_are_closed_to_scripts_and_other_sites(url: str) -> None:
    answer = httpx.get(url, headers={"Accept": "text/html"}, timeout=60, verify=NO_CERTIFICATES)
    written = answer.headers.get_list("set-cookie")
    assert {each.partition("=")[0] for each in written} == {"slate_browser", "slate_visitor"}
    assert all("HttpOnly" in each and "SameSite=Lax" in each for each in written)


def test_a_visitor_keeps_its_drawings_when_its_token_is_renewed(victim: Visitor, secret: str) -> None:
    before = victim.cookies["slate_browser"]
    victim.cookies = load_page(victim.url, victim.cookies)
    assert victim.cookies["slate_browser"] == before
    open_history(victim, secret)


def test_programs_and_pictures_get_no_cookies(url: str) -> None:
    for path, accept in (("/", "*/*"), ("/favicon.png", "text/html"), ("/healthz", "text/html")):
        answer = httpx.get(url + path, headers={"Accept": accept}, timeout=60, verify=NO_CERTIFICATES)
        assert "set-cookie" not in answer.headers
