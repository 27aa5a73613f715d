"""The API page: the answer to the drawing on the canvas, the example programs and the error codes."""

import json
import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.hand import ONE, draw, expect_read_as
from tests.e2e.pages import follow_menu, open_view
from tests.e2e.stack import Stack

pytestmark = pytest.mark.browser


def open_api(page: Page) -> None:
    """Opens the page by its link. Opening its address would start a new visit with an empty canvas."""
    follow_menu(page, "API", "More")
    expect(page.get_by_role("heading", name="API", exact=True)).to_be_visible()


def answer_of(page: Page) -> dict:
    page.get_by_role("button", name="Try it").click()
    code = page.locator(".st-key-api-answer code").last
    expect(code).to_contain_text("elapsed_ms")
    return json.loads(code.inner_text())


def choose_question(page: Page, name: str) -> None:
    page.locator(".st-key-api-question").get_by_role("radio", name=name).click()


def test_without_a_drawing_the_example_is_sent(tab: Page, stack: Stack) -> None:
    tab.goto(f"{stack.url('frontend')}/api")
    expect(tab.get_by_test_id("api-drawing")).to_have_js_property("naturalWidth", 280)
    answer = answer_of(tab)
    assert answer["digit"] == 7
    assert len(answer["probabilities"]) == 10


def test_the_drawing_on_the_canvas_is_the_example(page: Page, stack: Stack) -> None:
    draw(page, ONE)
    expect_read_as(page, 1)
    open_api(page)
    expect(page.get_by_text("Your drawing")).to_be_visible()
    assert answer_of(page)["digit"] == 1
    with page.expect_download() as begun:
        page.get_by_role("button", name="digit.png").click()
    assert begun.value.suggested_filename == "digit.png"
    assert begun.value.path().read_bytes().startswith(b"\x89PNG")


def test_try_it_asks_what_the_programs_ask_and_shows_the_request(tab: Page, stack: Stack) -> None:
    open_view(tab, stack.url("frontend"), "api")
    shown = tab.locator(".st-key-api-answer")
    top = tab.get_by_role("tab", name="curl").bounding_box()
    assert len(answer_of(tab)["probabilities"]) == 10
    expect(shown).to_contain_text(f"POST {stack.url('inference')}/v1/predict\nContent-Type: image/png")
    expect(shown).to_contain_text("200 OK · application/json")
    assert tab.get_by_role("tab", name="curl").bounding_box() == top
    choose_question(tab, "Many drawings")
    expect(shown).to_contain_text("Press “Try it”")  # the answer to another question would be wrong here
    assert [prediction["digit"] for prediction in answer_of(tab)["predictions"]] == [7, 7]
    expect(shown).to_contain_text("/v1/predict/batch\nContent-Type: multipart/form-data")
    choose_question(tab, "With an explanation")
    expect(shown).to_contain_text("Press “Try it”")
    assert len(answer_of(tab)["saliency"][0]) == 28
    choose_question(tab, "A page of digits")
    expect(shown).to_contain_text("Press “Try it”")
    assert answer_of(tab)["digits"][0]["prediction"]["digit"] == 7


def test_the_javascript_runs_in_the_console_of_the_page(tab: Page, stack: Stack) -> None:
    tab.goto(f"{stack.url('frontend')}/api")
    tab.get_by_role("tab", name="JavaScript").click()
    program = tab.get_by_role("tabpanel").locator("code").first
    expect(program).to_contain_text("console.log")
    with tab.expect_console_message(lambda message: message.text.startswith("7 ")):
        tab.add_script_tag(content=program.inner_text())


def test_every_program_contains_the_address_of_this_installation(tab: Page, stack: Stack) -> None:
    tab.goto(f"{stack.url('frontend')}/api")
    languages = ["curl", "Python", "Python, Slate's client", "JavaScript", "Web page"]
    expect(tab.get_by_role("tab")).to_have_text(languages)
    program = tab.get_by_role("tabpanel").locator("code").first
    for language in languages:
        tab.get_by_role("tab", name=language, exact=True).click()
        expect(program).to_contain_text(stack.url("inference"))
        expect(program).not_to_contain_text(re.compile("SLATE_API_KEY|prompt"))
    tab.locator(".st-key-api-key label").first.click()
    choose_question(tab, "Many drawings")
    for language in languages:
        tab.get_by_role("tab", name=language, exact=True).click()
        expect(program).to_contain_text('prompt("API key")' if language == "Web page" else "SLATE_API_KEY")
        expect(program).to_contain_text("predict_batch" if language.endswith("client") else "/v1/predict/batch")


def test_an_example_error_is_shown(tab: Page, stack: Stack) -> None:
    tab.goto(f"{stack.url('frontend')}/api")
    expect(tab.get_by_text(re.compile('"unreadable_image"')).first).to_be_visible()
    expect(tab.get_by_role("link", name=f"{stack.url('inference')}/docs")).to_have_attribute(
        "href", f"{stack.url('inference')}/docs"
    )


@pytest.mark.parametrize("width", [360, 768, 1440])
def test_nothing_is_wider_than_the_page(tab: Page, stack: Stack, width: int) -> None:
    tab.set_viewport_size({"width": width, "height": 900})
    tab.goto(f"{stack.url('frontend')}/api")
    expect(tab.get_by_test_id("api-drawing")).to_be_visible()
    assert tab.locator(".stMain").evaluate("main => main.scrollWidth - main.clientWidth") == 0
