"""The Statistics page: the numbers of storage, the drawings of a cell, and sentences if there is nothing to show."""

import base64
import io
import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.e2e.hand import SEVEN, choose, draw, expect_read_as, label_as
from tests.e2e.pages import follow_menu
from tests.e2e.stack import Stack, open_page, wait_until

pytestmark = pytest.mark.browser

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def page(tab: Page) -> Page:
    return tab


class Predictions:
    """Stores predictions of one model, and opens the page for that model."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.model = {"name": f"m{uuid4().hex[:12]}", "version": "1"}
        self.reference = f"{self.model['name']}/1"

    def store(self, digit: int, label: int | None, confidence: float = 0.9, days_ago: int = 0) -> str:
        path = f"/v1/predictions/{uuid4()}"
        picture = io.BytesIO()
        Image.new("L", (28, 28), 10 * digit).save(picture, "PNG")
        body = {
            "digit": digit,
            "confidence": confidence,
            "probabilities": [0.1] * 10,
            "digit_score": 0.9,
            "model": self.model,
            "drawing": base64.b64encode(picture.getvalue()).decode(),
            "created_at": (NOW - timedelta(days=days_ago)).isoformat(),
        }
        with self.stack.storage() as storage:
            storage.put(path, json=body).raise_for_status()
            if label is not None:
                storage.put(f"{path}/label", json={"digit": label}).raise_for_status()
        return path.rpartition("/")[2]

    def show(self, page: Page) -> None:
        page.goto(f"{self.stack.url('frontend')}/statistics?model={self.reference}")
        expect(page.get_by_role("combobox", name="Model version")).to_have_value(self.reference)


@pytest.fixture
def predictions(stack: Stack) -> Predictions:
    return Predictions(stack)


def cell(page: Page, label: int, digit: int) -> Locator:
    return page.get_by_test_id("matrix").get_by_role("button", name=f"{label} read as {digit}:")


def charts(page: Page) -> Locator:
    return page.get_by_test_id("stVegaLiteChart")


def shown(page: Page) -> Locator:
    return page.locator(".examples li")


def test_the_page_shows_the_numbers_of_storage(page: Page, predictions: Predictions) -> None:
    for number in range(40):
        digit = number % 10
        predictions.store(digit, (digit + 1) % 10 if number < 4 else digit, confidence=0.75, days_ago=number % 3)
    predictions.store(5, None)
    predictions.show(page)
    expect(page.get_by_test_id("accuracy")).to_have_text("90.0%")
    expect(page.get_by_test_id("counts")).to_have_text("36 of 40 labelled drawings read right")
    expect(page.get_by_text("the true accuracy is between 76.9% and 96.0%")).to_be_visible()
    expect(page.get_by_text("Predictions in total: 41.")).to_be_visible()
    expect(page.get_by_test_id("calibration-error")).to_have_text(re.compile(r"15\.0%, over 40 labels in ten bins\.$"))
    expect(charts(page)).to_have_count(6)
    page.get_by_text("Accuracy by true digit (table)").click()
    row = page.get_by_role("table", name="Accuracy by true digit").get_by_role("row").nth(2)
    expect(row).to_have_text(re.compile(r"^1\s*4\s*3\s*75\.0%"))


def test_a_cell_of_the_matrix_shows_its_drawings(page: Page, predictions: Predictions) -> None:
    expected = [predictions.store(5, 3), predictions.store(5, 3, days_ago=1)]
    predictions.store(5, 5)
    right = predictions.store(3, 3)
    Predictions(predictions.stack).store(3, 3)  # by another version
    predictions.show(page)
    for each in expected:  # the commonest mistake is chosen at the start
        expect(page.locator(f'.examples [data-id="{each}"] img')).to_have_js_property("naturalWidth", 28)
    cell(page, 3, 3).click()
    expect(shown(page)).to_have_count(1)
    expect(shown(page)).to_have_attribute("data-id", right)
    choose(page, "Read as", "5")
    expect(shown(page)).to_have_count(2)
    choose(page, "Really", "9")
    expect(page.get_by_test_id("examples")).to_have_text("Really 9, read as 5: no drawings.")
    expect(cell(page, 9, 5)).to_have_attribute("aria-pressed", "true")
    cell(page, 9, 5).press("ArrowUp")
    expect(cell(page, 8, 5)).to_be_focused()
    cell(page, 3, 3).click()
    expect(shown(page)).to_have_attribute("data-id", right)
    page.get_by_role("link", name="Open in History").click()
    expect(page.get_by_test_id("count")).to_have_text("1 drawing")
    expect(page.get_by_test_id("history-row")).to_have_attribute("data-id", right)
    expect(page).to_have_url(re.compile(predictions.model["name"]))


def test_the_page_warns_about_few_labels(page: Page, predictions: Predictions) -> None:
    for _ in range(3):
        predictions.store(1, 1)
    predictions.show(page)
    expect(
        page.get_by_text("is between 43.9% and 100.0%. This is uncertain, because there are only 3 labels.")
    ).to_be_visible()


def test_without_labels_there_is_a_sentence_and_only_the_confidence_chart(page: Page, predictions: Predictions) -> None:
    predictions.store(1, None)
    predictions.show(page)
    expect(page.get_by_test_id("sentence")).to_contain_text("None of them has a label yet")
    expect(charts(page)).to_have_count(1)


def test_the_chosen_model_is_part_of_the_address(page: Page, predictions: Predictions) -> None:
    predictions.store(1, 1)
    other = Predictions(predictions.stack)
    other.store(1, 2)

    def is_offered() -> bool:  # the list of versions may be five seconds old
        predictions.show(page)
        expect(page.get_by_test_id("counts")).to_have_text(re.compile("^1 of 1"))
        page.get_by_role("combobox", name="Model version", exact=True).fill(other.reference)
        return page.get_by_role("option", name=other.reference).count() > 0

    wait_until(is_offered, "the other version in the list")
    choose(page, "Model version", other.reference)
    expect(page.get_by_test_id("counts")).to_have_text(re.compile("^0 of 1"))
    expect(page).to_have_url(re.compile(other.reference.replace("/", "(/|%2F)")))


def test_without_predictions_a_sentence_asks_the_visitor_to_draw(page: Page, stack: Stack) -> None:
    with stack.storage() as storage:
        while found := storage.get("/v1/predictions", params={"limit": 200}).json()["predictions"]:
            for one in found:
                storage.delete(f"/v1/predictions/{one['id']}").raise_for_status()

    def says_so() -> bool:
        page.goto(f"{stack.url('frontend')}/statistics")
        shown = page.get_by_test_id("sentence").or_(page.get_by_test_id("counts"))
        expect(shown).to_be_visible()
        return "Nothing has been read yet" in shown.inner_text()

    wait_until(says_so, "an empty page")  # the statistics may be some seconds old
    expect(charts(page)).to_have_count(0)
    page.locator(".st-key-statistics-sentence").get_by_role("link", name="Draw a digit").click()
    page.wait_for_selector("canvas.upper-canvas")


def test_a_label_given_on_the_draw_page_counts(page: Page, stack: Stack) -> None:
    open_page(page, stack)
    draw(page, SEVEN)
    expect_read_as(page, 7)
    label_as(page, 7)
    with stack.storage() as storage:
        overall = storage.get("/v1/statistics").json()["overall"]
    follow_menu(page, "Statistics", "Model")
    expected = f"^{overall['correct']} of {overall['labelled']} labelled drawings? read right$"
    expect(page.get_by_test_id("counts")).to_have_text(re.compile(expected))


def test_while_storage_is_away_a_sentence_takes_the_place_of_the_numbers(page: Page, predictions: Predictions) -> None:
    predictions.store(1, 1)
    with predictions.stack.stopped("storage"):
        page.goto(f"{predictions.stack.url('frontend')}/statistics?model={predictions.reference}")
        expect(page.get_by_test_id("sentence")).to_contain_text("Storage can't be reached right now")
    expect(page.get_by_test_id("counts")).to_have_text(re.compile("^1 of 1"))


@pytest.mark.parametrize("width", [360, 768, 1440])
def test_nothing_is_wider_than_the_page(page: Page, predictions: Predictions, width: int) -> None:
    predictions.store(1, 7)
    page.set_viewport_size({"width": width, "height": 800})
    predictions.show(page)
    expect(page.get_by_test_id("calibration-error")).to_be_visible()
    expect(page.get_by_test_id("counts")).to_have_text("0 of 1 labelled drawing read right")
    expect(page.get_by_text("1 label; shaded: 95% interval")).to_be_visible()
    box = cell(page, 7, 1).bounding_box()
    assert box is not None
    assert abs(box["width"] - box["height"]) < 1
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= width
