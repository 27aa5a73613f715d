"""The Models page: the choice of the model, the comparison of two, training curves, and inference being away."""

import re
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from shared.clients.inference import InferenceClient
from shared.clients.patience import Patience
from shared.contracts.inference import ModelList
from shared.recognition.model_version import find_manifest
from tests.e2e.hand import SEVEN, answer, choose, draw, expect_read_as
from tests.e2e.pages import follow_menu
from tests.e2e.stack import Stack, open_page
from tests.integration.inference.conftest import encode, seven

pytestmark = pytest.mark.browser
MODELS = Path(__file__).parents[2] / "models"


def open_models(page: Page) -> None:
    follow_menu(page, "Models", "Model")
    expect(page.get_by_role("heading", name="Models", exact=True)).to_be_visible()


def open_drawing(page: Page) -> None:
    page.get_by_role("link", name="Draw", exact=True).click()
    page.wait_for_selector("canvas.upper-canvas")
    expect(page.get_by_role("heading", name="Models", exact=True)).to_be_hidden()


def answers(page: Page) -> Locator:
    return page.locator(".st-key-answer-before, .st-key-answer-after").get_by_test_id("answer")


@pytest.fixture
def listed(stack: Stack) -> ModelList:
    return ModelList.model_validate_json(httpx.get(f"{stack.url('inference')}/v1/models", timeout=60).content)


@pytest.fixture(scope="module")
def loaded(stack: Stack) -> None:
    """The versions that are compared have answered once, because the page has no patience for one that is loaded."""
    with InferenceClient(stack.url("inference"), patience=Patience(read_timeout_s=120)) as inference:
        for model in ("cnn", "best", "lenet5"):
            inference.predict(encode(seven()), model=model)
            inference.explain(encode(seven()), model=model)


def test_every_version_is_listed_with_its_metrics(page: Page, listed: ModelList) -> None:
    open_models(page)
    table = page.get_by_role("table", name="Available versions")
    expect(table.locator("tbody tr")).to_have_count(len(listed.models))
    for model in listed.models:
        row = table.locator("tr", has_text=f"{model.name}/{model.version}")
        expect(row).to_contain_text(f"{model.metrics['mnist']['accuracy']:.2%}")
        expect(row).to_contain_text(f"{model.parameters:,}")
    expect(table.locator("tr", has_text=str(listed.default))).to_contain_text("your pages")


def test_the_table_is_sorted_by_a_column_and_marks_the_best_also_of_the_measured_speed(
    page: Page, listed: ModelList
) -> None:
    open_models(page)
    table = page.get_by_role("table", name="Available versions")
    page.locator(".st-key-measure-speed button").click()
    expect(table.get_by_text(re.compile(r"^\d+\.\d ms"))).to_have_count(len(listed.models))
    by_size = sorted(listed.models, key=lambda model: model.parameters)
    size = table.get_by_role("button", name="size")
    size.click()
    expect(table.locator("tbody th").first).to_contain_text(by_size[0].reference)
    expect(table.locator("tbody tr").first.locator(".best", has_text="MB")).to_have_count(1)
    expect(table.get_by_role("columnheader", name="size")).to_have_attribute("aria-sort", "ascending")
    size.click()
    expect(table.locator("tbody th").first).to_contain_text(by_size[-1].reference)


def test_the_chosen_model_answers_on_the_draw_page_at_once(page: Page, listed: ModelList) -> None:
    draw(page, SEVEN)
    first = expect_read_as(page, 7)
    expect(answer(page)).to_contain_text(f"{listed.default.name} {listed.default.version}")
    open_models(page)
    choose(page, "Model for your pages", "mlp/")
    expect(page.locator("tr", has_text="mlp/")).to_contain_text("your pages")
    open_drawing(page)
    expect(answer(page)).to_contain_text(re.compile(r"mlp \d"))
    assert expect_read_as(page, 7) != first
    open_models(page)
    choose(page, "Model for your pages", "Default (")
    open_drawing(page)
    expect(answer(page)).to_contain_text(f"{listed.default.name} {listed.default.version}")


@pytest.mark.usefixtures("loaded")
def test_two_versions_answer_side_by_side_for_the_drawing_on_the_canvas(page: Page) -> None:
    draw(page, SEVEN)
    expect_read_as(page, 7)
    open_models(page)
    choose(page, "with", "lenet5/")
    expect(answers(page)).to_have_count(2)
    expect(answers(page).nth(0)).to_contain_text(re.compile(r"cnn \d"))
    expect(answers(page).nth(1)).to_contain_text(re.compile(r"lenet5 \d"))
    for side in range(2):
        expect(answers(page).nth(side)).to_have_attribute("data-digit", "7")
        expect(page.get_by_test_id("looks").nth(side)).to_have_attribute("data-explained", "true")
    expect(page.get_by_test_id("differences")).to_contain_text(
        re.compile(r"lenet5/\S+ is better in \d+ and worse in \d+")
    )
    page.get_by_text("Measured differences (table)").click()
    table = page.get_by_role("table", name="Measured differences")
    expect(table).to_contain_text("read right, higher is better")
    expect(table).to_contain_text("calibration error, lower is better")
    page.get_by_text("Training differences (table)").click()
    expect(page.get_by_role("table", name="Training differences")).to_contain_text("61,706")


@pytest.mark.usefixtures("loaded")
def test_two_versions_can_be_compared_on_a_stored_drawing(page: Page, stack: Stack) -> None:
    draw(page, SEVEN)
    expect_read_as(page, 7)
    page = page.context.new_page()  # its canvas is empty
    open_page(page, stack)
    open_models(page)
    expect(page.get_by_role("button", name="The drawing on the canvas")).to_have_count(0)
    page.get_by_role("button", name="Latest drawing 1, read as 7").click()
    expect(page.get_by_role("button", name="Latest drawing 1, read as 7, chosen")).to_be_visible()
    expect(answers(page)).to_have_count(2)
    expect(answers(page).nth(0)).to_have_attribute("data-digit", "7")


def test_training_curves_are_shown_if_the_version_has_them(page: Page) -> None:
    epochs = len(find_manifest(MODELS, "cnn").epochs)
    open_models(page)
    expect(page.get_by_label(re.compile(f"^Loss over {epochs} epochs"))).to_be_visible()
    expect(page.get_by_label(re.compile(f"^Share read wrong over {epochs} epochs"))).to_be_visible()
    choose(page, "Version", "mlp/")
    expect(page.get_by_test_id("curves")).to_have_text("There are no training curves for this version.")
    expect(page.locator(".st-key-closer").get_by_test_id("stVegaLiteChart")).to_have_count(0)


def test_while_inference_is_away_a_sentence_takes_the_place_of_the_models(page: Page, stack: Stack) -> None:
    open_models(page)
    expect(page.get_by_role("table", name="Available versions")).to_be_visible()
    with stack.stopped("inference"):
        expect(page.get_by_test_id("sentence")).to_contain_text("The recogniser can't be reached right now")
    expect(page.get_by_role("table", name="Available versions")).to_be_visible()


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize("width", [360, 768, 1440])
def test_nothing_is_wider_than_the_page(page: Page, stack: Stack, width: int) -> None:
    draw(page, SEVEN)
    expect_read_as(page, 7)
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{stack.url('frontend')}/models")
    expect(answers(page)).to_have_count(2)
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= width
