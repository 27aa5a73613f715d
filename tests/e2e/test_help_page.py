"""The page "Help the model" in a real browser: drawings to label by keys and by thumb, and what the help changed."""

import asyncio
import base64
import random
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import asyncpg
import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from shared.clients.inference import InferenceClient
from tests.e2e.pages import follow_menu, open_view
from tests.e2e.public_page import public_page
from tests.e2e.screenshots import write_drawing
from tests.e2e.stack import NO_CERTIFICATES, Stack, wait_until
from tests.e2e.test_accessibility import find_cut_text, find_violations

pytestmark = pytest.mark.browser

PATH = "help-the-model"
NEVER_SURE = [0.1] * 10
FINGER_PX = 44
PRESS_AT_ONCE = """keys => {
    for (const key of keys) document.body.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true}));
}"""
SUSPECT = "INSERT INTO suspected_labels (prediction_id, label, suggested, probability) VALUES ($1, $2, $3, 0.01)"


@pytest.fixture(scope="module")
def url(stack: Stack) -> Iterator[str]:
    with public_page(stack) as url:
        yield url


class Visitor:
    """A browser with drawings of its own. `storage` acts as this visitor."""

    def __init__(self, context: BrowserContext, url: str, stack: Stack) -> None:
        self.context, self.url, self.stack = context, url, stack
        self.page = context.new_page()
        self.page.set_default_timeout(60_000)
        wait_until(self._load, "the visitor's token")
        headers = {"Authorization": f"Bearer {self._find_token()}"}
        self.storage = httpx.Client(base_url=stack.url("storage"), headers=headers, timeout=10, verify=NO_CERTIFICATES)

    def _load(self) -> str:
        self.page.goto(self.url)  # a second time if storage was too busy for a token at first
        return self._find_token()

    def _find_token(self) -> str:
        cookies = {cookie["name"]: cookie["value"] for cookie in self.context.cookies()}  # type: ignore[typeddict-item]
        return cookies.get("slate_visitor", "")

    def store(self, drawn: int, label: int | None = None, confidence: float = 0.5, **changes: object) -> str:
        """Stores a drawing of a digit, read as it if not told otherwise."""
        drawing = write_drawing(drawn, random.Random(drawn))
        body = {
            "digit": drawn,
            "confidence": confidence,
            "probabilities": NEVER_SURE,
            "digit_score": 1,
            "model": {"name": "cnn", "version": "1"},
            "drawing": base64.b64encode(drawing).decode(),
        }
        prediction_id = str(uuid4())
        self.storage.put(f"/v1/predictions/{prediction_id}", json=body | changes).raise_for_status()
        if label is not None:
            self.storage.put(f"/v1/predictions/{prediction_id}/label", json={"digit": label}).raise_for_status()
        return prediction_id

    def suspect(self, prediction_id: str, label: int, suggested: int) -> None:
        """Notes the label as likely wrong, as training does."""

        async def write() -> None:
            folder = str(self.stack.folder / "data" / "run")
            connection = await asyncpg.connect(host=folder, user="postgres", database="slate")
            await connection.execute(SUSPECT, prediction_id, label, suggested)
            await connection.close()

        with ThreadPoolExecutor(1) as thread:  # Playwright has the event loop of this one
            thread.submit(lambda: asyncio.run(write())).result()

    def label_of(self, prediction_id: str) -> int | str | None:
        label: int | str | None = self.storage.get(f"/v1/predictions/{prediction_id}").json()["label"]
        return label

    def open(self) -> Page:
        open_view(self.page, self.url, PATH)
        return self.page

    def list_asked(self) -> list[str]:
        """The ids of the batch, in the order of the page."""
        expect(self.page.get_by_test_id("progress")).to_be_visible()
        return [str(slot.get_attribute("data-id")) for slot in self.page.locator(".asking .slots li").all()]


NewVisitor = Callable[..., Visitor]


@pytest.fixture
def new_visitor(browser: Browser, url: str, stack: Stack) -> Iterator[NewVisitor]:
    visitors: list[Visitor] = []

    def open_browser(**options: object) -> Visitor:
        settings = {"viewport": {"width": 1280, "height": 1000}} | options
        visitors.append(Visitor(browser.new_context(**settings), url, stack))  # type: ignore[arg-type]
        return visitors[-1]

    yield open_browser
    for visitor in visitors:
        visitor.context.close()
        visitor.storage.close()


def progress(page: Page):
    return page.get_by_test_id("progress")


def expect_saved(page: Page, count: int) -> None:
    saved = page.locator(f'[data-testid="saved"][data-saved="true"][data-count="{count}"]')
    expect(saved).to_be_visible()


def test_ten_keys_pressed_at_once_label_ten_drawings_each_with_its_own(new_visitor: NewVisitor) -> None:
    visitor = new_visitor()
    stored = {visitor.store(digit) for digit in range(10)}
    page = visitor.open()
    asked = visitor.list_asked()
    assert set(asked) == stored
    expect(progress(page)).to_have_text("1 of 10")
    page.evaluate(PRESS_AT_ONCE, list("3314n59-65"))
    expect_saved(page, 10)
    labels = [visitor.label_of(prediction_id) for prediction_id in asked]
    assert labels == [3, 3, 1, 4, "not_a_digit", 5, 9, "not_a_digit", 6, 5]
    expect(page.get_by_test_id("finished")).to_contain_text("Thank you for 10 labels")


def test_keys_label_skip_and_undo_and_enter_goes_on(new_visitor: NewVisitor) -> None:
    visitor = new_visitor()
    for digit in range(3):
        visitor.store(digit)
    page = visitor.open()
    first, second, third = visitor.list_asked()
    for key in ("4", "7", "z", "1", "Space"):
        page.keyboard.press(key)
    expect(page.get_by_test_id("finished")).to_contain_text("Thank you for 2 labels")
    wait_until(lambda: [visitor.label_of(one) for one in (first, second, third)] == [4, 1, None], "the labels")
    page.keyboard.press("z")
    page.keyboard.press("Backspace")
    expect(progress(page)).to_have_text("2 of 3")
    wait_until(lambda: visitor.label_of(second) is None, "the label taken back")
    page.keyboard.press("2")
    page.keyboard.press("s")
    expect_saved(page, 2)
    visitor.store(8)
    page.keyboard.press("Enter")
    expect(progress(page)).to_have_text("1 of 1")  # what was skipped is not asked again in this visit
    page.keyboard.press("8")
    expect_saved(page, 1)
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("sentence").first).to_contain_text("Nothing to ask right now")
    expect(page.get_by_role("link", name="Draw a digit")).to_be_visible()


def test_a_label_that_is_likely_wrong_is_confirmed_or_changed(new_visitor: NewVisitor) -> None:
    visitor = new_visitor()
    kept, changed = visitor.store(3, label=3, confidence=1), visitor.store(5, label=3, confidence=1)
    for prediction_id in (kept, changed):
        visitor.suspect(prediction_id, 3, 5)
    page = visitor.open()
    asked = visitor.list_asked()
    expect(page.get_by_test_id("why")).to_have_text("You said 3; it looks like 5. Which is it?")
    expect(page.get_by_role("button", name="3, the label now")).to_be_enabled()
    expect(page.get_by_role("button", name="5, perhaps")).to_be_enabled()
    for prediction_id in asked:
        page.keyboard.press("3" if prediction_id == kept else "5")
    expect_saved(page, 2)
    assert [visitor.label_of(kept), visitor.label_of(changed)] == [3, 5]
    open_view(page, visitor.url, PATH)
    expect(page.get_by_test_id("sentence").first).to_contain_text("Nothing to ask right now")


def test_taking_back_a_changed_label_restores_the_one_from_before(new_visitor: NewVisitor) -> None:
    visitor = new_visitor()
    drawing = visitor.store(3, label=3, confidence=1)
    visitor.suspect(drawing, 3, 5)
    page = visitor.open()
    page.keyboard.press("5")
    expect_saved(page, 1)
    assert visitor.label_of(drawing) == 5
    page.keyboard.press("z")
    wait_until(lambda: visitor.label_of(drawing) == 3, "the label from before")


def test_the_page_asks_where_it_stopped_after_a_visit_to_another_page(new_visitor: NewVisitor) -> None:
    visitor = new_visitor()
    for digit in range(3):
        visitor.store(digit)
    page = visitor.open()
    asked = visitor.list_asked()
    page.keyboard.press("7")
    expect_saved(page, 1)
    follow_menu(page, "API", "More")
    expect(page.locator(".asking")).to_have_count(0)
    follow_menu(page, "Help the model", "Model")
    expect(progress(page)).to_have_text("2 of 3")
    page.keyboard.press("8")
    expect_saved(page, 2)
    assert [visitor.label_of(one) for one in asked] == [7, 8, None]


def test_labels_wait_while_storage_hangs_and_the_next_drawing_comes_at_once(
    new_visitor: NewVisitor, stack: Stack
) -> None:
    visitor = new_visitor()
    for digit in range(3):
        visitor.store(digit)
    page = visitor.open()
    asked = visitor.list_asked()
    with stack.stopped("storage"):
        page.keyboard.press("7")
        expect(progress(page)).to_have_text("2 of 3")
        page.keyboard.press("8")
        expect(progress(page)).to_have_text("3 of 3")
        expect(page.get_by_test_id("saved")).to_have_text(re.compile("^(Saving…|Not saved yet: waiting for storage)$"))
    expect_saved(page, 2)
    assert [visitor.label_of(one) for one in asked] == [7, 8, None]


def test_the_questions_appear_by_themselves_when_storage_is_back(new_visitor: NewVisitor, stack: Stack) -> None:
    visitor = new_visitor()
    visitor.store(3)
    with stack.stopped("storage"):
        page = visitor.open()
        expect(page.get_by_test_id("sentence").first).to_contain_text("The drawings will appear when it is back")
    expect(progress(page)).to_have_text("1 of 1")


@pytest.mark.parametrize(("width", "height"), [(390, 664), (768, 1024), (1440, 900)])
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_the_page_is_accessible_and_a_thumb_reaches_every_button(
    new_visitor: NewVisitor, width: int, height: int, colours: str
) -> None:
    visitor = new_visitor(viewport={"width": width, "height": height}, color_scheme=colours, has_touch=True)
    visitor.store(1), visitor.store(2, confidence=0.4)
    visitor.suspect(visitor.store(3, label=3, confidence=1), 3, 5)
    page = visitor.open()
    for answer in ("3", "skip", "undo", "7"):
        expect(page.locator(".asking figure img")).to_be_visible()
        assert find_violations(page) == []
        assert page.evaluate("document.querySelector('.stMain').scrollWidth") <= width
        assert find_cut_text(page) == []
        for button in page.locator(".asking .pad button").all():
            box = button.bounding_box()
            assert box is not None
            assert min(box["width"], box["height"]) >= FINGER_PX
            assert box["y"] + box["height"] <= height
        page.locator(f'.asking button[name="{answer}"]').tap()
    page.locator('.asking button[name="not_a_digit"]').tap()
    expect(page.get_by_test_id("finished")).to_be_visible()
    expect_saved(page, 3)
    assert find_violations(page) == []


def test_the_page_says_how_drawings_that_were_read_wrongly_are_read_now(new_visitor: NewVisitor, stack: Stack) -> None:
    visitor = new_visitor()
    with InferenceClient(stack.url("inference")) as inference:
        current = inference.list_models().default
        rightly = sum(
            inference.predict(write_drawing(digit, random.Random(digit))).digit == digit for digit in range(2, 6)
        )
    earlier = {"name": current.name, "version": "1"}
    for digit in range(2, 6):
        visitor.store(digit, label=digit, digit=9, confidence=1, model=earlier)
    visitor.store(6, label=6, digit=9, confidence=1, model={"name": "another", "version": "1"})
    visitor.store(7, label=7, digit=9, confidence=1, model=current.model_dump())
    page = visitor.open()
    number = {0: "none is", 1: "1 is", 4: "all are"}.get(rightly, f"{rightly} are")
    expect(page.get_by_test_id("changed")).to_have_text(
        f"Of 4 drawings of yours that were read wrongly, {number} read rightly now by {current}."
    )
    expect(page.locator(".st-key-help-changed .entry")).to_have_count(4)
