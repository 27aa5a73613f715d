"""axe-core on every page with content, in the light and dark theme, at the sizes of a phone and a desktop."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.e2e.hand import SEVEN, draw_explained, label_as
from tests.e2e.pages import PAGES, open_view
from tests.e2e.stack import Stack, open_page

pytestmark = pytest.mark.browser


def find_violations(page: Page) -> list[str]:
    """Serious and critical violations, as `rule: element`."""
    found = Axe().run(page).response["violations"]
    serious = [violation for violation in found if violation["impact"] in {"serious", "critical"}]
    return [f"{violation['id']}: {node['html']}" for violation in serious for node in violation["nodes"]]


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_no_page_has_a_serious_violation(browser: Browser, stack: Stack, colours: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=colours)
    page = context.new_page()
    open_page(page, stack)
    assert find_violations(page) == []
    draw_explained(page, SEVEN, 7)
    label_as(page, 7)
    assert find_violations(page) == []
    for path in PAGES:
        open_view(page, stack.url("frontend"), path)
        assert find_violations(page) == [], path
        assert page.evaluate("document.querySelector('.stMain').scrollWidth") <= width, path
    context.close()
