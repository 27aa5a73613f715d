"""Every page: a finger finds what it presses, no number breaks, and one sees where the keyboard is."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.hand import SEVEN, draw_explained
from tests.e2e.pages import UNFINISHED, list_pages, open_view
from tests.e2e.stack import Stack, open_page

pytestmark = pytest.mark.browser

FINGER_PX = 44
SIZES = [(390, 844), (768, 1024), (1024, 768)]
# Smaller than a finger, or than its own text. Links inside of a sentence are left out, and so are the 100 cells of the
# confusion matrix, which is one target for the keyboard. What lies inside of a larger target counts as that target.
FIND_SMALL = """least => {
    const pressed = "button, summary, select, input:not([type=hidden]), [role=button], [role=radio], [role=tab]";
    const larger = ".react-aria-ComboBox, [data-testid=stFileUploaderDropzone], [data-testid=stSlider]";
    const small = [];
    const all = `:is(.stMain, [data-testid=stHeader]) :is(${pressed}):not([data-cell])`;
    for (const element of document.querySelectorAll(all)) {
        const target = element.closest(element.matches("input") ? `label, ${larger}` : larger) ?? element;
        const box = target.getBoundingClientRect();
        if (!target.checkVisibility({visibilityProperty: true, opacityProperty: true}) || box.width <= 1) continue;
        if (Math.round(Math.min(box.width, box.height)) < least)
            small.push(`${Math.round(box.width)}×${Math.round(box.height)} ${element.outerHTML.slice(0, 160)}`);
        if (element.matches("button, [role=tab]") && element.scrollWidth > Math.ceil(box.width) + 1)
            small.push(`too narrow: ${element.outerHTML.slice(0, 160)}`);
    }
    return small;
}"""
FIND_BROKEN = r"""() => {
    const texts = document.createTreeWalker(document.querySelector('.stMain'), NodeFilter.SHOW_TEXT);
    const broken = [];
    while (texts.nextNode()) {
        const element = texts.currentNode.parentElement;
        if (!element.checkVisibility({visibilityProperty: true}) || element.closest('pre, code, svg')) continue;
        for (const number of texts.currentNode.data.matchAll(/\d[\d.,:\u202f]*\d\s?%?/g)) {
            const range = document.createRange();
            range.setStart(texts.currentNode, number.index);
            range.setEnd(texts.currentNode, number.index + number[0].length);
            const lines = new Set([...range.getClientRects()].filter(one => one.width).map(one => Math.round(one.top)));
            if (lines.size > 1) broken.push(number[0]);
        }
    }
    return broken;
}"""
# What looks the same with and without the keyboard's focus, itself and around it.
FIND_UNSEEN = """async () => {
    const reached = "a[href], button, summary, select, textarea, input:not([type=hidden]), [tabindex='0']";
    const still = document.createElement("style");
    still.textContent = "* { transition: none !important; }";
    document.body.append(still);
    const look = element => {
        const looks = [];
        for (let one = element; one && looks.length < 4; one = one.parentElement) {
            const style = getComputedStyle(one);
            looks.push([style.outline, style.boxShadow, style.borderColor, style.backgroundColor].join());
        }
        return looks.join();
    };
    const unseen = [];
    for (const element of document.querySelectorAll(`.stApp :is(${reached}):not(.stMain)`)) {
        if (element.tabIndex < 0 || element.disabled || !element.checkVisibility({visibilityProperty: true})) continue;
        document.activeElement?.blur();
        const before = look(element);
        element.focus({focusVisible: true, preventScroll: true});
        await new Promise(done => setTimeout(done, 50));  // React draws the focus of its own buttons later
        if (document.activeElement === element && look(element) === before)
            unseen.push(element.outerHTML.slice(0, 160));
    }
    document.activeElement?.blur();
    still.remove();
    return unseen;
}"""


def walk_pages(page: Page, stack: Stack) -> Iterator[str]:
    """Opens each page of the menu in turn, and yields its path. A digit is drawn first, so that no page is empty."""
    page.set_default_timeout(60_000)
    draw, *others = list_pages(page, stack.url("frontend"))
    open_page(page, stack)
    draw_explained(page, SEVEN, 7)
    for path in (draw, *others):
        if path != draw:
            open_view(page, stack.url("frontend"), path)
        expect(page.locator(UNFINISHED)).to_have_count(0)
        yield path


def test_a_finger_finds_everything_that_it_may_press_and_no_number_breaks(browser: Browser, stack: Stack) -> None:
    context = browser.new_context(has_touch=True, is_mobile=True)
    page = context.new_page()
    for path in walk_pages(page, stack):
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            expect(page.locator(UNFINISHED)).to_have_count(0)
            assert page.evaluate(FIND_SMALL, FINGER_PX) == [], (path, width)
            assert page.evaluate(FIND_BROKEN) == [], (path, width)
    context.close()


def test_the_place_of_the_keyboard_is_seen_everywhere(browser: Browser, stack: Stack) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    page = context.new_page()
    for path in walk_pages(page, stack):
        page.keyboard.press("Tab")
        assert page.evaluate(FIND_UNSEEN) == [], path
    context.close()
