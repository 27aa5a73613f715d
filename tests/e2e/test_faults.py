"""Services are killed or hang while the page is open. Nothing that was shown as saved is lost."""

import re
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from services.frontend.saving.outbox import Outbox
from tests.e2e.hand import FOUR, ONE, SEVEN, answer, draw, expect_read_as, label_as, press
from tests.e2e.stack import Stack, wait_until
from tests.unit.frontend.conftest import FakeStorage, a_prediction

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("service", ["inference", "storage", "postgres", "frontend"])
def test_a_killed_service_comes_back_and_nothing_saved_is_lost(page: Page, stack: Stack, service: str) -> None:
    draw(page, SEVEN)
    before = expect_read_as(page, 7)
    label_as(page, 7)

    stack.restart(service)
    wait_until(lambda: all(map(stack.is_ready, stack.ports)), "every service ready")
    if service == "frontend":  # the browser reconnects, and the tab gives the new process what it kept
        expect(page.get_by_test_id("visit")).to_be_empty()
    expect(page.get_by_test_id("saved")).to_have_text("Saved as 7")
    expect(answer(page)).to_have_attribute("data-id", before)
    press(page, "clear")
    expect(page.get_by_test_id("empty")).to_be_visible()
    draw(page, ONE)
    after = expect_read_as(page, 1)

    with stack.storage() as storage:
        assert storage.get(f"/v1/predictions/{before}").json()["label"] == 7
        assert storage.get(f"/v1/predictions/{after}").json()["digit"] == 1
        assert storage.get(f"/v1/predictions/{before}/drawing").content.startswith(b"\x89PNG")


@pytest.mark.parametrize("service", ["storage", "postgres"])
def test_every_stroke_is_answered_while_storage_hangs_and_saved_afterwards(
    page: Page, stack: Stack, service: str
) -> None:
    draw(page, SEVEN)
    saved = expect_read_as(page, 7)
    expect(page.locator(f'[data-testid="recent"] [data-id="{saved}"]')).to_be_visible()
    with stack.stopped(service):
        press(page, "clear")
        expect(page.get_by_test_id("empty")).to_be_visible()
        draw(page, FOUR[:1])
        expect(answer(page)).not_to_have_attribute("data-id", saved)
        half = str(answer(page).get_attribute("data-id"))
        expect(page.get_by_test_id("saved")).to_have_text(re.compile("^(Saving…|Not saved yet)"))
        draw(page, FOUR[1:])
        expect(answer(page)).not_to_have_attribute("data-id", half)
        expect(answer(page)).to_have_attribute("data-digit", "4")
        expect(page.get_by_test_id("saved")).to_have_attribute("data-saved", "false")
        expect(page.locator(f'[data-testid="recent"] [data-id="{saved}"]')).to_be_visible()
    last = expect_read_as(page, 4)
    with stack.storage() as storage:
        assert storage.get(f"/v1/predictions/{last}").json()["digit"] == 4
        assert storage.get(f"/v1/predictions/{half}").status_code == 404


def test_while_storage_hangs_the_page_predicts_and_saves_afterwards(page: Page, stack: Stack) -> None:
    with stack.stopped("storage"):
        draw(page, SEVEN)
        expect(answer(page)).to_have_attribute("data-digit", "7")
        expect(page.get_by_text(re.compile("Storage can't be reached"))).to_be_visible()
        expect(page.get_by_test_id("saved")).to_have_attribute("data-saved", "false")
        press(page, "feedback-7")
        expect(page.get_by_test_id("saved")).to_have_text(re.compile("Not saved yet as 7"))
        unsaved = answer(page).get_attribute("data-id")
    expect(page.get_by_text(re.compile("Storage can't be reached"))).to_be_hidden()
    expect(page.get_by_test_id("saved")).to_have_text("Saved as 7")
    with stack.storage() as storage:
        stored = storage.get(f"/v1/predictions/{unsaved}").json()
    assert (stored["digit"], stored["label"]) == (7, 7)


def test_a_frontend_that_is_killed_while_storage_hangs_saves_its_drawing_and_label_later(
    page: Page, stack: Stack
) -> None:
    with stack.stopped("storage"):
        draw(page, SEVEN)
        expect(answer(page)).to_have_attribute("data-digit", "7")
        press(page, "feedback-7")
        expect(page.get_by_test_id("saved")).to_have_text(re.compile("Not saved yet as 7"))
        unsaved = answer(page).get_attribute("data-id")
        stack.restart("frontend")
    with stack.storage() as storage:
        wait_until(lambda: storage.get(f"/v1/predictions/{unsaved}").is_success, "the drawing in storage")
        wait_until(lambda: storage.get(f"/v1/predictions/{unsaved}").json()["label"] == 7, "its label")


def test_while_inference_hangs_the_drawing_stays_and_is_read_afterwards(page: Page, stack: Stack) -> None:
    with stack.stopped("inference"):
        draw(page, SEVEN)
        expect(page.get_by_text("The recogniser can't be reached.")).to_be_visible()
    expect_read_as(page, 7)


def test_a_restarted_frontend_sends_what_waits_also_if_nobody_opens_the_page(stack: Stack) -> None:
    away = FakeStorage()
    away.available.clear()
    left = Outbox(away, stack.folder / "data" / "outbox")
    left.save(waiting := uuid4(), a_prediction(drawing=b"\x89PNG\r\n\x1a\n"))
    left.close()
    stack.kill("frontend")
    with stack.storage() as storage:
        path = f"/v1/predictions/{waiting}"
        wait_until(lambda: storage.get(path).status_code == 200, "the prediction is saved")
        storage.delete(path).raise_for_status()
    wait_until(lambda: stack.is_ready("frontend"), "the frontend is ready")
