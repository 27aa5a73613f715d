"""A curator puts a version in use and goes back on the Models page; visitors see what happened and no button."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from shared.recognition.journal import append_event, read_journal
from shared.recognition.model_version import read_current, read_default
from tests.e2e.hand import choose
from tests.e2e.pages import open_view
from tests.e2e.public_page import public_page
from tests.e2e.stack import Stack, running_stack
from tests.written_versions import write_copies

pytestmark = pytest.mark.browser
OBJECTION = "letters: -3.20 points against cnn/1"


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """cnn/1, which is in use, cnn/2, which the gate held back, and mlp/1."""
    models = tmp_path_factory.mktemp("models")
    write_copies(models, "cnn", "1")
    write_copies(models, "cnn", "2", objections=(OBJECTION,))
    write_copies(models, "mlp", "1")
    append_event(models, "cnn", "held_back", version="2", why=OBJECTION)
    return models


@pytest.fixture(scope="module")
def own_stack(models: Path) -> Iterator[Stack]:
    """A stack with models of its own, because the tests change which one answers."""
    with running_stack(INFERENCE_MODELS_DIR=str(models)) as running:
        yield running


@pytest.fixture
def curator(tab: Page, own_stack: Stack) -> Page:
    """The Models page of the person at the keyboard, who is curator."""
    open_view(tab, own_stack.url("frontend"), "models")
    return tab


def promote(page: Page, action: str, why: str) -> None:
    page.locator(f".st-key-promotion-{action} button").first.click()
    reason = page.get_by_label("Why?", exact=True)
    reason.fill(why)
    reason.press("Enter")
    page.locator(f".st-key-promotion-really-{action} button").click()


def uses(page: Page, reference: str):
    return page.get_by_role("table", name="Available versions").locator("tr", has_text=reference)


def test_a_curator_promotes_a_version_after_its_objections_and_goes_back(
    curator: Page, own_stack: Stack, models: Path
) -> None:
    expect(uses(curator, "cnn/1")).to_contain_text("your pages")
    choose(curator, "Version to put in use", "cnn/2")
    curator.locator(".st-key-promotion-promote button").first.click()
    expect(curator.get_by_text(OBJECTION).last).to_be_visible()
    curator.keyboard.press("Escape")
    promote(curator, "promote", "reads sevens with a bar")
    expect(uses(curator, "cnn/2")).to_contain_text("your pages")
    assert read_current(models, "cnn") == "2"
    table = curator.get_by_role("table", name="Journal")
    expect(table.locator("tbody tr").first).to_contain_text(re.compile("put in use.*2.*reads sevens with a bar"))
    expect(table.locator("tbody tr").nth(1)).to_contain_text(re.compile(f"held back by the gate.*{OBJECTION}"))

    choose(curator, "Version to put in use", "cnn/1")
    promote(curator, "roll_back", "it misreads ones")
    expect(uses(curator, "cnn/1")).to_contain_text("your pages")
    assert [entry.event for entry in read_journal(models, "cnn")] == ["held_back", "promoted", "rolled_back"]
    with own_stack.storage() as storage:
        entries = storage.get("/v1/audit").json()["entries"]
    assert [(entry["action"], entry["details"]["why"]) for entry in entries] == [
        ("promotion_allowed", "it misreads ones"),
        ("promotion_allowed", "reads sevens with a bar"),
    ]


def test_a_curator_chooses_the_default_model(curator: Page, own_stack: Stack, models: Path) -> None:
    choose(curator, "Version to put in use", "mlp/1")
    promote(curator, "make_default", "it is the smallest")
    expect(uses(curator, "mlp/1")).to_contain_text("your pages")
    assert read_default(models) == "mlp"
    default = httpx.get(f"{own_stack.url('inference')}/v1/models", timeout=60).json()["default"]
    assert default == {"name": "mlp", "version": "1"}


def test_a_visitor_sees_what_happened_and_no_button(browser: Browser, own_stack: Stack) -> None:
    with public_page(own_stack) as url:
        context = browser.new_context()
        page = context.new_page()
        page.set_default_timeout(60_000)
        open_view(page, url, "models")
        expect(page.get_by_role("heading", name="What happened")).to_be_visible()
        expect(page.get_by_role("heading", name="Which version answers")).to_have_count(0)
        context.close()
