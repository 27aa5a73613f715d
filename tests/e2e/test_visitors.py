"""A public page in real browsers: each visitor has its own drawings, and a curator signs in and sees all."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.hand import ONE, SEVEN, STAR, draw, expect_answer_saved, expect_read_as, label_as, press
from tests.e2e.pages import open_view
from tests.e2e.public_page import make_password, public_page
from tests.e2e.stack import NO_CERTIFICATES, Stack, free_port, running_stack, wait_until

pytestmark = pytest.mark.browser

CURATOR, NOBODY = "ada@example.org", "eve@example.org"
NewVisitor = Callable[[], Page]


@pytest.fixture(scope="module")
def url(stack: Stack) -> Iterator[str]:
    with public_page(stack) as url:
        yield url


@pytest.fixture
def new_visitor(browser: Browser, url: str) -> Iterator[NewVisitor]:
    """Each call opens the Draw page in a browser without cookies."""
    contexts = []

    def open_browser() -> Page:
        contexts.append(browser.new_context(viewport={"width": 1280, "height": 1000}))
        page = contexts[-1].new_page()
        page.set_default_timeout(60_000)
        open_draw_page(page, url)
        return page

    yield open_browser
    for context in contexts:
        context.close()


def open_draw_page(page: Page, url: str) -> None:
    page.goto(url)
    page.wait_for_selector("canvas.upper-canvas")


def rows(page: Page) -> list[str | None]:
    return [row.get_attribute("data-id") for row in page.get_by_test_id("history-row").all()]


def history_row(page: Page, prediction_id: str) -> Locator:
    return page.locator(f'[data-testid="history-row"][data-id="{prediction_id}"]')


def who(page: Page):
    return page.get_by_test_id("who")


def sign_in(page: Page, url: str, password: str) -> None:
    open_view(page, url, "sign-in")
    page.get_by_label("Password of the curator").fill(password)
    page.locator('.st-key-sign-in [data-testid="stFormSubmitButton"] button').click()


def test_each_visitor_has_its_own_drawings_also_after_a_reload(url: str, new_visitor: NewVisitor) -> None:
    ada, ben = new_visitor(), new_visitor()
    draw(ada, SEVEN)
    seven = expect_read_as(ada, 7)
    label_as(ada, 7)
    draw(ben, ONE)
    one = expect_read_as(ben, 1)
    for page, own, foreign in ((ada, seven, one), (ben, one, seven)):
        open_draw_page(page, url)
        expect(page.locator(f'[data-testid="recent"] [data-id="{own}"]')).to_be_visible()
        expect(page.locator(f'[data-testid="recent"] [data-id="{foreign}"]')).to_have_count(0)
        open_view(page, url, "history")
        expect(history_row(page, own)).to_be_visible()
        assert rows(page) == [own]
        expect(page.get_by_test_id("count")).to_have_text("1 drawing")
        expect(who(page)).to_contain_text("you don't see theirs")


def test_a_scribble_can_be_labelled_as_no_digit(url: str, new_visitor: NewVisitor) -> None:
    page = new_visitor()
    draw(page, STAR)
    expect(page.get_by_test_id("answer")).to_contain_text("This does not look like a digit")
    expect_answer_saved(page)
    page.keyboard.press("n")
    expect(page.get_by_test_id("saved")).to_have_text("Saved as not a digit")
    expect(page.get_by_test_id("visit")).to_contain_text("1 of 1 right")
    open_view(page, url, "history")
    row = page.get_by_test_id("history-row")
    expect(row).to_have_attribute("data-label", "not_a_digit")
    expect(row).to_have_class(re.compile("right"))
    expect(row).to_contain_text("does not look like a digit")
    open_view(page, url, "statistics")
    page.get_by_role("radio", name="Yours").click()
    expect(page.get_by_test_id("counts")).to_have_text("1 of 1 labelled drawing read right")
    expect(page.get_by_test_id("rejections")).to_contain_text("rejected1rightly, it was no digit1")


def test_everything_of_a_visitor_is_deleted_and_nothing_of_others(
    url: str, new_visitor: NewVisitor, stack: Stack
) -> None:
    ada, ben = new_visitor(), new_visitor()
    draw(ada, SEVEN)
    seven = expect_read_as(ada, 7)
    draw(ben, ONE)
    one = expect_read_as(ben, 1)
    open_view(ada, url, "history")
    press(ada, "all-mine")
    press(ada, "really-all-mine")
    expect(ada.get_by_test_id("sentence")).to_contain_text("You have drawn nothing yet")
    with stack.storage() as storage:
        assert storage.get(f"/v1/predictions/{seven}").status_code == 404
        assert storage.get(f"/v1/predictions/{one}").status_code == 200
    open_draw_page(ada, url)
    expect(ada.get_by_test_id("recent")).to_have_text("No drawings yet. Yours will appear here.")
    expect(ada.get_by_test_id("empty")).to_be_visible()  # the tab has forgotten the drawing too


def test_a_curator_signs_in_corrects_the_drawing_of_a_visitor_and_signs_out(
    url: str, new_visitor: NewVisitor, stack: Stack
) -> None:
    ada, curator = new_visitor(), new_visitor()
    draw(ada, SEVEN)
    seven = expect_read_as(ada, 7)
    sign_in(curator, url, "wrong")
    expect(curator.get_by_text("The password is wrong.")).to_be_visible()
    sign_in(curator, url, make_password(stack))
    expect(who(curator)).to_contain_text("Signed in: Curator")
    open_view(curator, url, "history")
    expect(history_row(curator, seven)).to_be_visible()
    curator.locator(f".st-key-true-digit-{seven}").get_by_role("radio", name="1", exact=True).click()
    expect(curator.locator(f'[data-id="{seven}"]')).to_have_class(re.compile("wrong"))
    with stack.storage() as storage:
        wait_until(lambda: storage.get(f"/v1/predictions/{seven}").json()["label"] == 1, "the curator's label")
    curator.locator(f".st-key-labels-{seven} button").click()
    expect(curator.get_by_test_id("label-history").get_by_role("listitem")).to_contain_text(["you said 1"])
    open_view(ada, url, "history")
    expect(ada.locator(f".st-key-labels-{seven}")).to_have_count(0)
    open_view(curator, url, "sign-in")
    curator.get_by_text("Audit: who did what").click()
    sign_ins = curator.get_by_role("row").filter(has_text="curator local").filter(has_text="sign in")
    expect(sign_ins.first).to_contain_text("method: password")
    press(curator, "sign-out")
    expect(who(curator)).to_contain_text("you don't see theirs")
    open_view(curator, url, "history")
    assert rows(curator) == []


def test_the_person_at_the_keyboard_is_curator_and_the_page_says_so(browser: Browser, stack: Stack) -> None:
    page = browser.new_page()
    open_draw_page(page, stack.url("frontend"))
    expect(who(page)).to_have_text("You are at the machine that runs Slate, so you see and change everything.")
    expect(page.get_by_role("link", name="Sign in")).to_have_count(0)
    page.close()


@pytest.fixture
def provider() -> Iterator[str]:
    """An OpenID provider with two users."""
    port = free_port()
    users = [json.dumps({"sub": name, "email": name, "email_verified": True}) for name in (CURATOR, NOBODY)]
    options = [option for user in users for option in ("--user-claims", user)]
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), *options]
    process = subprocess.Popen(command)
    address = f"http://127.0.0.1:{port}/.well-known/openid-configuration"

    def answers() -> bool:
        try:
            return httpx.get(address, verify=NO_CERTIFICATES).is_success
        except httpx.TransportError:
            return False

    wait_until(answers, "the provider")
    yield address
    process.terminate()
    process.wait(30)


def test_a_curator_signs_in_through_the_provider_and_others_do_not(
    browser: Browser, provider: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    secrets = tmp_path / "secrets.toml"
    secrets.write_text(f"""[auth]
redirect_uri = "http://127.0.0.1:{port}/oauth2callback"
cookie_secret = "a secret for tests only, of 43 characters!!"
client_id = "slate"
client_secret = "not checked"
server_metadata_url = "{provider}"
expose_tokens = "id"
""")
    monkeypatch.setenv("STORAGE_OIDC_METADATA_URL", provider)
    monkeypatch.setenv("STORAGE_OIDC_CLIENT_ID", "slate")
    monkeypatch.setenv("STORAGE_CURATORS", CURATOR)
    with running_stack() as stack, public_page(stack, "--secrets.files", str(secrets), port=port) as url:
        for name, words in ((NOBODY, "you are no curator here"), (CURATOR, f"Signed in: {CURATOR}")):
            context = browser.new_context()
            page = context.new_page()
            page.set_default_timeout(60_000)
            open_view(page, url, "sign-in")
            press(page, "sign-in-provider")
            page.get_by_role("button", name=name).click()
            page.wait_for_selector("canvas.upper-canvas")
            if name == NOBODY:
                expect(page.get_by_text("may not sign in here")).to_be_visible()
                open_view(page, url, "sign-in")
                expect(page.get_by_test_id("no-curator")).to_contain_text(words)
            else:
                expect(who(page)).to_contain_text(words)
                open_view(page, url, "sign-in")
                press(page, "sign-out")
                page.wait_for_url(re.compile("end_session"))  # this provider has a page that says good-bye
                open_view(page, url, "sign-in")
                expect(page.locator(".st-key-sign-in-provider button")).to_be_visible()
                expect(who(page)).to_contain_text("you don't see theirs")
            context.close()
