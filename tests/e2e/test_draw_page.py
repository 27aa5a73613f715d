"""The Draw page: draw, predict, save and label, with a real browser, real services and real PostgreSQL."""

import io
import re

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.hand import (
    FOUR,
    ONE,
    SEVEN,
    STAR,
    TWO,
    Stroke,
    answer,
    choose,
    draw,
    draw_by_touch,
    draw_explained,
    expect_answer_saved,
    expect_read_as,
    label_as,
    press,
)
from tests.e2e.pages import RUN_ENDED, follow_menu
from tests.e2e.stack import Stack, open_page, wait_until

pytestmark = pytest.mark.browser


def entry(page: Page, prediction_id: str):
    return page.locator(f'[data-testid="recent"] [data-id="{prediction_id}"]')


def number(page: Page) -> Locator:
    return page.get_by_test_id("drawn-number")


def test_a_drawn_digit_is_read_saved_labelled_and_shown_after_a_reload(page: Page, stack: Stack) -> None:
    draw(page, SEVEN)
    prediction_id = expect_read_as(page, 7)
    expect(page.get_by_test_id("confidence")).to_have_text(re.compile(r"^(> )?\d+\.\d% confident$"))
    expect(page.locator('[data-testid="bars"] .bar')).to_have_count(10)
    expect(page.get_by_test_id("seen")).to_have_js_property("naturalWidth", 28)
    label_as(page, 1)

    with stack.storage() as storage:
        stored = storage.get(f"/v1/predictions/{prediction_id}").json()
        assert (stored["digit"], stored["label"], stored["source"]) == (7, 1, "canvas")
        drawing = storage.get(f"/v1/predictions/{prediction_id}/drawing")
        assert drawing.content.startswith(b"\x89PNG")

    page.reload()
    expect(entry(page, prediction_id)).to_have_attribute("data-label", "1")
    expect(entry(page, prediction_id)).to_have_class(re.compile("wrong"))
    expect(entry(page, prediction_id).locator("img")).to_have_js_property("complete", True)
    expect(page.get_by_test_id("accuracy")).to_have_text(re.compile(r"^All time: \d+ of \d+ right \(\d+\.\d%\)$"))


@pytest.mark.parametrize(("scale", "shift"), [(0.35, (0.02, 0.02)), (0.35, (0.62, 0.6)), (0.6, (0.35, 0.1))])
def test_a_digit_drawn_anywhere_at_any_size_reads_the_same(
    page: Page, scale: float, shift: tuple[float, float]
) -> None:
    draw(page, SEVEN, scale, shift)
    expect_read_as(page, 7)


def test_a_drawing_that_is_not_a_digit_is_rejected(page: Page) -> None:
    draw(page, STAR)
    expect(answer(page)).to_contain_text("This does not look like a digit")


def test_one_drawing_of_several_strokes_is_one_prediction(page: Page, stack: Stack) -> None:
    draw(page, FOUR[:1])
    expect(answer(page)).to_be_visible()
    first = answer(page).get_attribute("data-id")
    draw(page, FOUR[1:])
    expect(answer(page)).not_to_have_attribute("data-id", str(first))
    last = expect_read_as(page, 4)
    with stack.storage() as storage:
        assert storage.get(f"/v1/predictions/{last}").status_code == 200
        assert storage.get(f"/v1/predictions/{first}").status_code == 404


def test_several_digits_are_read_as_a_number_and_undo_goes_back_to_one(page: Page, stack: Stack) -> None:
    draw(page, SEVEN, 0.4, (0.02, 0.2))
    seven = expect_read_as(page, 7)
    draw(page, TWO, 0.4, (0.5, 0.2))
    expect(number(page)).to_have_attribute("data-text", "72")
    expect(number(page)).to_contain_text("confident")
    expect(page.locator('[data-testid="drawn-digits"] img')).to_have_count(2)
    with stack.storage() as storage:
        assert storage.get(f"/v1/predictions/{seven}").status_code == 200  # it is a drawing of its own
    press(page, "undo")
    expect_read_as(page, 7)
    press(page, "clear")
    expect(page.get_by_test_id("empty")).to_be_visible()


def test_drawing_on_after_a_label_leaves_one_entry_and_undo_gives_the_label_again(page: Page, stack: Stack) -> None:
    draw(page, FOUR[:1])
    expect(answer(page)).to_be_visible()
    expect_answer_saved(page)
    label_as(page, 4)
    labelled = answer(page).get_attribute("data-id")
    draw(page, FOUR[1:])
    expect(answer(page)).not_to_have_attribute("data-id", str(labelled))
    longer = expect_read_as(page, 4)
    expect(page.get_by_test_id("saved")).to_have_text("Saved")
    wait_until(lambda: find(stack, labelled) is None, "the labelled half is gone")
    press(page, "undo")
    expect(page.get_by_test_id("saved")).to_have_text("Saved as 4")
    wait_until(lambda: find(stack, longer) is None, "the longer drawing is gone")
    stored = find(stack, answer(page).get_attribute("data-id"))
    assert stored is not None
    assert stored["label"] == 4


def find(stack: Stack, prediction_id: str | None) -> dict | None:
    with stack.storage() as storage:
        found = storage.get(f"/v1/predictions/{prediction_id}")
    return found.json() if found.is_success else None


def test_a_reload_keeps_the_drawing_with_its_entry_and_each_tab_has_its_own(page: Page, stack: Stack) -> None:
    draw(page, SEVEN)
    seven = expect_read_as(page, 7)
    slider = page.get_by_role("slider", name="Pen width")
    for _ in range(3):
        slider.press("ArrowRight")
    expect(page.locator(".st-key-pen_width")).to_contain_text("23")
    label_as(page, 7)

    other = page.context.new_page()
    open_page(other, stack)
    draw(other, ONE)
    one = expect_read_as(other, 1)
    for tab in (page, other):
        tab.reload()
    expect(answer(other)).to_have_attribute("data-id", one)
    expect(answer(page)).to_have_attribute("data-id", seven)
    expect(page.get_by_test_id("saved")).to_have_text("Saved as 7")
    expect(page.locator(".st-key-pen_width")).to_contain_text("23")

    draw(page, [[(0.3, 0.5), (0.7, 0.5)]])
    expect(answer(page)).not_to_have_attribute("data-id", seven)
    longer = expect_read_as(page, 7)
    wait_until(lambda: find(stack, seven) is None, "the drawing has one entry")
    press(page, "undo")
    expect(answer(page)).not_to_have_attribute("data-id", longer)
    expect_read_as(page, 7)
    press(page, "undo")
    expect(page.get_by_test_id("empty")).to_be_visible()


def test_a_reload_on_another_page_keeps_the_drawing_and_the_chosen_model(page: Page) -> None:
    draw(page, ONE)
    one = expect_read_as(page, 1)
    follow_menu(page, "Models", "Model")
    choose(page, "Model for your pages", "mlp/")
    expect(page.locator("tr", has_text="mlp/")).to_contain_text("your pages")
    expect(page.locator(RUN_ENDED)).to_be_visible()
    page.reload()
    expect(page.locator("tr", has_text="mlp/")).to_contain_text("your pages")
    page.get_by_role("link", name="Draw", exact=True).click()
    page.wait_for_selector("canvas.upper-canvas")
    expect(page.get_by_role("heading", name="Models", exact=True)).to_be_hidden()
    expect(answer(page)).to_contain_text("mlp ")
    expect_read_as(page, 1)
    draw(page, [[(0.48, 0.2), (0.48, 0.8)]])
    expect(answer(page)).not_to_have_attribute("data-id", one)


def test_what_is_erased_does_not_count_and_undo_brings_it_back(page: Page) -> None:
    draw(page, SEVEN, 0.4, (0.02, 0.2))
    draw(page, ONE, 0.4, (0.5, 0.2))
    expect(number(page)).to_have_attribute("data-text", "71")
    press(page, "eraser")
    expect(page.locator(".st-key-eraser button")).to_have_attribute("kind", "primary")
    draw(page, ONE, 0.4, (0.5, 0.2))
    expect_read_as(page, 7)
    press(page, "undo")
    expect(number(page)).to_have_attribute("data-text", "71")
    draw(page, [[(0, y), (1, y)] for y in (0.2, 0.3, 0.4, 0.5, 0.6)])
    expect(page.get_by_test_id("empty")).to_be_visible()
    press(page, "clear")
    expect(page.locator(".st-key-eraser button")).to_have_attribute("kind", "secondary")
    draw(page, ONE)
    expect_read_as(page, 1)


def test_a_label_can_be_changed_and_removed(page: Page, stack: Stack) -> None:
    draw(page, ONE)
    prediction_id = expect_read_as(page, 1)
    label_as(page, 7)
    label_as(page, 1)
    expect(entry(page, prediction_id)).to_have_class(re.compile("right"))
    press(page, "feedback-1")
    expect(page.get_by_test_id("saved")).to_have_text(re.compile("^Saved$"))
    with stack.storage() as storage:
        assert storage.get(f"/v1/predictions/{prediction_id}").json()["label"] is None


def test_without_live_the_button_predicts(page: Page) -> None:
    page.locator(".st-key-live label").first.click()
    page.wait_for_timeout(300)
    draw(page, SEVEN)
    expect(page.get_by_text("Press Predict to read your drawing")).to_be_visible()
    press(page, "predict")
    expect_read_as(page, 7)


def test_without_live_a_changed_drawing_cannot_be_labelled_before_it_is_read(page: Page) -> None:
    page.locator(".st-key-live label").first.click()
    page.wait_for_timeout(300)
    draw(page, ONE)
    expect(page.get_by_text("Press Predict to read your drawing")).to_be_visible()
    press(page, "predict")
    expect_read_as(page, 1)
    draw(page, [[(0.2, 0.2), (0.8, 0.25)]])
    expect(page.get_by_text("Press Predict to read your drawing")).to_be_visible()
    expect(page.locator(".st-key-feedback-1 button")).to_be_disabled()


def test_clear_empties_the_canvas(page: Page) -> None:
    draw(page, SEVEN)
    expect_read_as(page, 7)
    press(page, "clear")
    expect(page.get_by_test_id("empty")).to_be_visible()
    draw(page, ONE)
    expect_read_as(page, 1)


def test_undo_removes_the_last_stroke(page: Page) -> None:
    draw(page, ONE)
    expect_read_as(page, 1)
    for stroke in ([(0.1, 0.1), (0.9, 0.2)], [(0.1, 0.5), (0.9, 0.6)]):
        before = answer(page).get_attribute("data-id")
        draw(page, [stroke])
        expect(answer(page)).not_to_have_attribute("data-id", str(before))
    for _ in range(2):
        before = answer(page).get_attribute("data-id")
        press(page, "undo")
        expect(answer(page)).not_to_have_attribute("data-id", str(before))
    expect_read_as(page, 1)


def test_a_wider_pen_draws_a_wider_line(page: Page, stack: Stack) -> None:
    draw(page, SEVEN)
    thin = inked_share(stack, expect_read_as(page, 7))
    slider = page.get_by_role("slider", name="Pen width")
    for _ in range(12):
        slider.press("ArrowRight")
    expect(page.locator(".st-key-pen_width")).to_contain_text("32")

    def drawn_again() -> float:
        press(page, "clear")
        expect(page.get_by_test_id("empty")).to_be_visible()
        draw(page, SEVEN)
        return inked_share(stack, expect_read_as(page, 7))

    wait_until(lambda: drawn_again() > 1.3 * thin, "a wider line")  # the canvas gets the new width a moment later


def inked_share(stack: Stack, prediction_id: str) -> float:
    with stack.storage() as storage:
        drawing = Image.open(io.BytesIO(storage.get(f"/v1/predictions/{prediction_id}/drawing").content))
    return float((np.asarray(drawing.convert("L")) > 150).mean())


def test_two_visitors_do_not_see_each_others_drawing(page: Page, stack: Stack) -> None:
    other = page.context.browser.new_context().new_page()
    open_page(other, stack)
    draw(page, SEVEN)
    expect_read_as(page, 7)
    draw(other, ONE)
    expect_read_as(other, 1)
    expect(answer(page)).to_have_attribute("data-digit", "7")
    other.context.close()


def test_the_page_loads_nothing_from_other_hosts(page: Page, stack: Stack) -> None:
    foreign: list[str] = []
    page.on("request", lambda request: foreign.append(request.url) if is_foreign(request.url, stack) else None)
    page.reload()
    page.wait_for_selector("canvas.upper-canvas")
    draw(page, SEVEN)
    expect_read_as(page, 7)
    assert foreign == []


def is_foreign(url: str, stack: Stack) -> bool:
    return not url.startswith((stack.url("frontend"), stack.url("frontend").replace("http", "ws"), "data:", "blob:"))


def test_the_explanation_is_laid_over_the_image(page: Page) -> None:
    draw_explained(page, SEVEN, 7)
    expect(page.locator(".glow")).to_have_js_property("naturalWidth", 28)


def test_keys_label_undo_redo_and_clear(page: Page) -> None:
    draw(page, SEVEN)
    seven = expect_read_as(page, 7)
    page.keyboard.press("4")
    expect(page.get_by_test_id("saved")).to_have_text("Saved as 4")
    page.keyboard.press("4")
    expect(page.get_by_test_id("saved")).to_have_text("Saved")
    draw(page, [[(0.1, 0.9), (0.9, 0.9)]])
    longer = expect_another_answer(page, seven)
    page.keyboard.press("z")
    seven = expect_another_answer(page, longer)
    page.keyboard.press("Control+Shift+Z")
    longer = expect_another_answer(page, seven)
    page.keyboard.press("Control+z")
    seven = expect_another_answer(page, longer)
    page.keyboard.press("7")
    expect(page.get_by_test_id("saved")).to_have_text("Saved as 7")
    page.keyboard.press("c")
    expect(page.get_by_test_id("empty")).to_be_visible()
    page.keyboard.press("z")
    expect(page.get_by_test_id("saved")).to_have_text("Saved as 7")
    expect(answer(page)).to_have_attribute("data-id", seven)
    page.keyboard.press("Control+y")
    expect(page.get_by_test_id("empty")).to_be_visible()
    expect(page.locator(".st-key-redo button")).to_be_disabled()


def expect_another_answer(page: Page, before: str) -> str:
    """Waits until the page has read another drawing and saved it."""
    expect(answer(page)).not_to_have_attribute("data-id", before)
    return expect_answer_saved(page)


@pytest.mark.parametrize("strokes", [SEVEN, FOUR])
def test_a_digit_key_right_after_a_stroke_counts_for_that_drawing(page: Page, strokes: list[Stroke]) -> None:
    digit = 7 if strokes is SEVEN else 4
    for delay_ms in (0, 30, 50, 100):
        draw(page, strokes)
        page.wait_for_timeout(delay_ms)
        page.keyboard.press(str(digit))
        expect(page.get_by_test_id("saved")).to_have_text(f"Saved as {digit}")
        expect(answer(page)).to_have_attribute("data-digit", str(digit))
        page.keyboard.press("c")
        expect(page.get_by_test_id("empty")).to_be_visible()


def test_keys_can_be_turned_off_and_on(page: Page) -> None:
    draw(page, SEVEN)
    expect_read_as(page, 7)
    hint = page.get_by_text("Keys: Enter right")
    expect(hint).to_be_visible()
    page.locator(".st-key-keys label").click()
    expect(hint).to_be_hidden()
    page.keyboard.press("c")  # would clear the canvas and the answer
    page.locator(".st-key-keys label").click()
    expect(hint).to_be_visible()
    page.keyboard.press("4")
    expect(page.get_by_test_id("saved")).to_have_text("Saved as 4")


def test_the_accuracy_of_this_visit_is_shown(page: Page) -> None:
    draw(page, SEVEN)
    expect_read_as(page, 7)
    label_as(page, 7)
    expect(page.get_by_test_id("visit")).to_have_text("This visit: 1 of 1 right (100.0%)")
    label_as(page, 1)
    expect(page.get_by_test_id("visit")).to_have_text("This visit: 0 of 1 right (0.0%)")
    press(page, "feedback-1")
    expect(page.get_by_test_id("visit")).to_be_empty()


def test_the_drawing_is_still_there_after_a_visit_to_another_page(page: Page) -> None:
    draw(page, SEVEN)
    before = expect_read_as(page, 7)
    follow_menu(page, "Statistics", "Model")
    expect(page.locator("canvas.upper-canvas")).to_have_count(0)
    page.get_by_role("link", name="Draw").click()
    expect(answer(page)).to_have_attribute("data-id", before)
    draw(page, [[(0.1, 0.9), (0.9, 0.9)]])
    expect(answer(page)).not_to_have_attribute("data-id", before)
    press(page, "undo")
    expect_read_as(page, 7)


def test_nothing_moves_when_an_answer_comes(page: Page) -> None:
    def places() -> list[object]:
        answered = ".details, .drawn-digits"
        parts = ["canvas.upper-canvas", answered, ".st-key-feedback", ".st-key-recent"]
        boxes = [page.locator(part).first.bounding_box() for part in parts]
        return boxes if None not in boxes else places()  # an element is just being replaced

    expect(page.get_by_test_id("recent")).to_be_visible()
    before = places()
    drawings = [(SEVEN, "Sure"), (STAR, "This does not look like a digit")]
    two_digits = [[(0.4 * x, 0.4 * y) for x, y in SEVEN[0]], [(0.5 + 0.4 * x, 0.4 * y) for x, y in ONE[0]]]
    drawings.append((two_digits, "71"))
    for strokes, words in drawings:
        draw(page, strokes)
        expect(answer(page).or_(number(page))).to_contain_text(words)
        assert places() == before
        press(page, "clear")
        expect(page.get_by_test_id("empty")).to_be_visible()
        assert places() == before


# Counts the elements of the page that begin to fade, which takes processor time until the run ends.
COUNT_FADES = """() => {
  window.fades = 0;
  document.addEventListener("transitionrun", ({target, propertyName}) => {
    if (propertyName === "opacity" && target.closest(".st-key-view")) fades++;
  }, true);
}"""


def test_a_stroke_fades_hardly_anything_but_the_answer(page: Page, stack: Stack) -> None:
    draw(page, ONE)
    first = expect_read_as(page, 1)
    page.evaluate(COUNT_FADES)
    with stack.stopped("inference"):
        draw(page, [[(0.1, 0.1), (0.9, 0.2)]])
        page.wait_for_timeout(1000)  # Streamlit begins to fade after half a second
        opacities = page.locator(".st-key-result .stElementContainer, .st-key-recent .stElementContainer").evaluate_all(
            "elements => elements.map((each) => Number(getComputedStyle(each).opacity))"
        )
    assert opacities[0] < 1
    assert set(opacities[1:]) == {1}
    expect_another_answer(page, first)
    assert page.evaluate("fades") <= 3


@pytest.mark.parametrize("width", [360, 768, 1440])
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_the_page_fits_every_screen(browser: Browser, stack: Stack, width: int, colours: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=colours)
    page = context.new_page()
    open_page(page, stack)
    canvas, pad = (page.locator(part).bounding_box() for part in ("canvas.upper-canvas", ".st-key-pad"))
    assert canvas is not None
    assert pad is not None
    assert pad["x"] <= canvas["x"]
    assert canvas["x"] + canvas["width"] <= pad["x"] + pad["width"] <= width
    assert page.evaluate("document.querySelector('.stMain').scrollWidth") <= width
    draw(page, SEVEN)
    expect_read_as(page, 7)
    context.close()


def test_the_controls_of_the_pad_are_large_enough_for_a_thumb_and_stand_in_two_rows(page: Page) -> None:
    for width in (360, 390, 768, 900, 1024, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        pad = page.locator(".st-key-pad").bounding_box()
        buttons = [button.bounding_box() for button in page.locator(".st-key-pad-bar button").all()]
        controls = [control.bounding_box() for control in page.locator(".st-key-pen-bar .stCheckbox label").all()]
        controls.append(page.locator(".st-key-pen_width .stSlider").bounding_box())
        assert pad is not None
        assert len(buttons) == 5
        assert all(box is not None and min(box["width"], box["height"]) >= 44 for box in buttons), width
        assert all(box is not None and box["height"] >= 44 for box in controls), width
        for row in (buttons, controls):
            assert len({round(box["y"] + box["height"] / 2) for box in row if box is not None}) == 1, width
            assert all(box["x"] + box["width"] <= pad["x"] + pad["width"] for box in row if box is not None), width


def test_a_finger_draws_corrects_the_answer_and_does_not_scroll(browser: Browser, stack: Stack) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    open_page(page, stack)
    draw_by_touch(page, SEVEN)
    prediction_id = expect_read_as(page, 7)
    page.locator(".st-key-feedback-1 button").tap()
    with stack.storage() as storage:
        wait_until(lambda: storage.get(f"/v1/predictions/{prediction_id}").json()["label"] == 1, "the label is stored")
    assert page.evaluate("[...document.querySelectorAll('main, html')].map(element => element.scrollTop)") == [0, 0]
    context.close()


def test_an_example_on_the_canvas_is_read_and_saved_only_after_the_visitor_adds_to_it(page: Page) -> None:
    page.get_by_role("button", name="A three").click()
    expect(page.get_by_test_id("answer")).to_have_attribute("data-digit", "3")
    expect(page.get_by_test_id("saved").first).to_have_text("An example, not saved until you add to it")
    draw(page, ONE, 0.1, (0.05, 0.05))
    expect(page.get_by_test_id("saved").first).to_have_attribute("data-saved", "true")
