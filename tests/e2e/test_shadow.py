"""A version in shadow on the running stack: what it answers is stored, compared, and shown on the Models page only."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from shared.recognition.model_version import read_current, set_shadow
from tests.e2e.hand import SEVEN, draw, expect_read_as, label_as
from tests.e2e.pages import open_view
from tests.e2e.stack import NO_CERTIFICATES, Stack, open_page, running_stack, wait_until

pytestmark = pytest.mark.browser
MODELS = Path(__file__).parents[2] / "models"
LENET = f"lenet5/{read_current(MODELS, 'lenet5')}"


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped models; the one that will be in shadow rejects every drawing."""
    models = tmp_path_factory.mktemp("models")
    for name in ("cnn", "lenet5", "reader"):
        shutil.copytree(MODELS / name, models / name)
    manifest = models / LENET / "manifest.json"
    manifest.write_text(re.sub(r'("digit_score_threshold": )[\d.]+', r"\g<1>1.0", manifest.read_text()))
    return models


@pytest.fixture(scope="module")
def stack(models: Path) -> Iterator[Stack]:
    with running_stack(INFERENCE_MODELS_DIR=str(models)) as running:
        yield running


def find_shadow(stack: Stack) -> str | None:
    shadow = httpx.get(f"{stack.url('inference')}/v1/models", timeout=60, verify=NO_CERTIFICATES).json()["shadow"]
    return shadow and f"{shadow['name']}/{shadow['version']}"


def compare(stack: Stack) -> dict[str, int]:
    with stack.storage() as storage:
        compared: dict[str, int] = storage.get("/v1/shadow", params={"model": LENET}).json()
    return compared


def shows_shadow(page: Page, stack: Stack) -> bool:
    open_view(page, stack.url("frontend"), "models")
    return page.get_by_role("heading", name="In shadow").is_visible()


def test_what_the_version_in_shadow_answers_is_compared_on_the_models_page(
    tab: Page, stack: Stack, models: Path
) -> None:
    tab.goto(f"{stack.url('frontend')}/models")
    expect(tab.get_by_role("table", name="Available versions")).to_be_visible()
    expect(tab.get_by_role("heading", name="In shadow")).to_have_count(0)
    set_shadow(models, "cnn", LENET)
    wait_until(lambda: find_shadow(stack) == LENET, "the version runs in shadow")
    open_page(tab, stack)
    draw(tab, SEVEN)
    expect_read_as(tab, 7)
    label_as(tab, 7)
    wait_until(lambda: compare(stack)["labelled"] == 1, "the shadow's answer and the label are stored")
    wait_until(lambda: shows_shadow(tab, stack), "the page has asked for the models again, and shows the shadow")
    expect(tab.get_by_role("row", name=f"{LENET} in shadow")).to_be_visible()
    expect(tab.get_by_test_id("shadow-agreement")).to_contain_text("0 of 1 drawings (0.0%)")
    expect(tab.get_by_test_id("shadow-difference")).to_contain_text("Neither was right")
    expect(tab.get_by_test_id("disagreements").get_by_role("listitem")).to_contain_text("7 → –")
