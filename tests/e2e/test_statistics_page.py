"""The statistics: the numbers of storage, the drawings behind a cell, and a sentence where there is nothing to show."""

import base64
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.hand import SEVEN, choose, draw, expect_read_as, say_it_is
from tests.e2e.stack import Stack, open_page, wait_until

pytestmark = pytest.mark.browser

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    page = context.new_page()
    page.set_default_timeout(60_000)
    yield page
    context.close()


class Readings:
    """Predictions of a model of their own, which is the filter of the page."""

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
def readings(stack: Stack) -> Readings:
    return Readings(stack)


def cell(page: Page, label: int, digit: int) -> Locator:
    return page.locator(f'.st-key-confusion-card path[aria-label^="{label} read as {digit}:"]')


def charts(page: Page) -> Locator:
    return page.get_by_test_id("stVegaLiteChart")


def shown(page: Page) -> Locator:
    return page.locator(".examples li")


def test_the_numbers_are_those_of_storage(page: Page, readings: Readings) -> None:
    for number in range(40):
        digit = number % 10
        readings.store(digit, (digit + 1) % 10 if number < 4 else digit, confidence=0.75, days_ago=number % 3)
    readings.store(5, None)
    readings.show(page)
    expect(page.get_by_test_id("accuracy")).to_have_text("90.0%")
    expect(page.get_by_test_id("counts")).to_have_text("36 of 40 labelled drawings read right")
    expect(page.get_by_text("the true accuracy is between 76.9% and 96.0%")).to_be_visible()
    expect(page.get_by_text("Of 41 predictions")).to_be_visible()
    expect(page.get_by_test_id("calibration-error")).to_have_text(re.compile(r"15\.0%, over 40 labels in ten bins\.$"))
    expect(charts(page)).to_have_count(7)
    page.get_by_text("Accuracy by true digit, as a table").click()
    row = page.get_by_role("table", name="Accuracy by true digit").get_by_role("row").nth(2)
    expect(row).to_have_text(re.compile(r"^1\s*4\s*3\s*75\.0%"))


def test_a_cell_of_the_matrix_shows_its_drawings(page: Page, readings: Readings) -> None:
    expected = [readings.store(5, 3), readings.store(5, 3, days_ago=1)]
    readings.store(5, 5)
    right = readings.store(3, 3)
    readings.show(page)
    for each in expected:  # the commonest mistake, before anything is chosen
        expect(page.locator(f'.examples [data-id="{each}"] img')).to_have_js_property("naturalWidth", 28)
    cell(page, 3, 3).click()
    expect(shown(page)).to_have_count(1)
    expect(shown(page)).to_have_attribute("data-id", right)
    choose(page, "Read as", "5")
    expect(shown(page)).to_have_count(2)
    choose(page, "True digit", "9")
    expect(page.get_by_test_id("examples")).to_have_text("Drawn as 9, read as 5: none.")
    cell(page, 3, 3).click()
    expect(shown(page)).to_have_attribute("data-id", right)


def test_few_labels_are_said_to_be_few(page: Page, readings: Readings) -> None:
    for _ in range(3):
        readings.store(1, 1)
    readings.show(page)
    expect(page.get_by_text("is between 43.8% and 100.0%. 3 labels say little yet.")).to_be_visible()


def test_without_labels_there_is_a_sentence_and_only_the_confidences(page: Page, readings: Readings) -> None:
    readings.store(1, None)
    readings.show(page)
    expect(page.get_by_test_id("sentence")).to_contain_text("nobody has said yet")
    expect(charts(page)).to_have_count(1)


def test_the_chosen_model_is_part_of_the_address(page: Page, readings: Readings) -> None:
    readings.store(1, 1)
    other = Readings(readings.stack)
    other.store(1, 2)

    def is_offered() -> bool:  # the list of versions may be five seconds old
        readings.show(page)
        expect(page.get_by_test_id("counts")).to_have_text(re.compile("^1 of 1"))
        page.get_by_role("combobox", name="Model version", exact=True).fill(other.reference)
        return page.get_by_role("option", name=other.reference).count() > 0

    wait_until(is_offered, "the other version in the list")
    choose(page, "Model version", other.reference)
    expect(page.get_by_test_id("counts")).to_have_text(re.compile("^0 of 1"))
    expect(page).to_have_url(re.compile(other.reference.replace("/", "(/|%2F)")))


def test_an_empty_storage_invites_to_draw(page: Page, stack: Stack) -> None:
    with stack.storage() as storage:
        while found := storage.get("/v1/predictions", params={"limit": 200}).json()["predictions"]:
            for one in found:
                storage.delete(f"/v1/predictions/{one['id']}").raise_for_status()

    def says_so() -> bool:
        page.goto(f"{stack.url('frontend')}/statistics")
        told = page.get_by_test_id("sentence").or_(page.get_by_test_id("counts"))
        expect(told).to_be_visible()
        return "Nothing has been read yet" in told.inner_text()

    wait_until(says_so, "an empty page")  # the statistics may be some seconds old
    expect(charts(page)).to_have_count(0)
    page.locator(".st-key-statistics-sentence").get_by_role("link", name="Draw a digit").click()
    page.wait_for_selector("canvas.upper-canvas")


def test_a_label_given_on_the_drawing_page_counts(page: Page, stack: Stack) -> None:
    open_page(page, stack)
    draw(page, SEVEN)
    expect_read_as(page, 7)
    say_it_is(page, 7)
    with stack.storage() as storage:
        overall = storage.get("/v1/statistics").json()["overall"]
    page.get_by_role("link", name="Statistics").click()
    expected = f"{overall['correct']} of {overall['labelled']} labelled drawings read right"
    expect(page.get_by_test_id("counts")).to_have_text(expected)


def test_while_storage_is_away_there_is_a_sentence_and_afterwards_the_numbers(page: Page, readings: Readings) -> None:
    readings.store(1, 1)
    with readings.stack.stopped("storage"):
        page.goto(f"{readings.stack.url('frontend')}/statistics?model={readings.reference}")
        expect(page.get_by_test_id("sentence")).to_contain_text("Storage can't be reached just now")
    expect(page.get_by_test_id("counts")).to_have_text(re.compile("^1 of 1"))


@pytest.mark.parametrize("width", [360, 768, 1440])
def test_nothing_is_wider_than_the_page(page: Page, readings: Readings, width: int) -> None:
    readings.store(1, 7)
    page.set_viewport_size({"width": width, "height": 800})
    readings.show(page)
    expect(page.get_by_test_id("calibration-error")).to_be_visible()
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= width
