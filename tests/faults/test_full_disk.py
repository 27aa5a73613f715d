"""A disk becomes full: that of everything that Slate keeps (database, journal, outbox, logs), or that of the models."""

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from shared.recognition.model_version import read_current
from tests.e2e.hand import SEVEN, answer, choose, draw, expect_read_as
from tests.e2e.pages import open_view
from tests.e2e.stack import Stack, choose_ports, running_in, running_stack, wait_until
from tests.e2e.test_promotion import promote, uses
from tests.faults.callers import GOOD, SERVICES, Callers
from tests.faults.conftest import open_window
from tests.faults.table import Row
from tests.faults.test_each_fault import AWAY
from tests.written_versions import write_copies

pytestmark = [pytest.mark.faults, pytest.mark.browser]

DISK_MB = 200
FILLER = "filler"


@pytest.fixture
def small_disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A disk in memory. Skipped where nothing may be mounted."""
    folder = tmp_path_factory.mktemp("disk")
    mounting = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m,mode=755", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mounting, capture_output=True).returncode != 0:
        pytest.skip("a small disk can only be mounted as root")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.fixture
def small_stack(small_disk: Path) -> Iterator[Stack]:
    with running_in(small_disk, choose_ports(), {}) as stack:
        yield stack


def test_a_full_disk_is_told_and_nothing_acknowledged_is_lost(
    browser: Browser, small_stack: Stack, rows: list[Row]
) -> None:
    stack = small_stack
    page = open_window(browser, stack)
    with Callers(stack) as callers:
        wait_until(lambda: callers.is_healthy(0), "answers before the disk is full")
        began = time.monotonic()
        _fill(stack.folder)
        draw(page, SEVEN)
        expect(answer(page)).to_have_attribute("data-digit", "7")
        wait_until(lambda: set(callers.count("storage", began)) - {GOOD}, "a refusal")
        expect(page.get_by_text("Storage can't be reached.").first).to_be_visible()
        saved = page.get_by_test_id("saved").inner_text()
        (stack.folder / FILLER).unlink()
        ended = time.monotonic()
        shown_id = expect_read_as(page, 7)
        wait_until(lambda: callers.is_healthy(ended), "answers after there is room")
        healthy = callers.find_last_failure(ended) or ended
    answers = {service: set(callers.count(service, began)) for service in SERVICES}
    rows.append(
        Row(
            "the disk of the data is full",
            f"Storage can't be reached. {saved}",
            answers,
            healthy - ended,
            "DiskNearlyFull",
        )
    )
    assert answers["inference"] == answers["frontend"] == {GOOD}
    assert answers["storage"] <= AWAY | {GOOD}
    with stack.storage() as storage:
        kept = {storage.get(f"/v1/predictions/{one}").status_code for one in (*callers.stored, shown_id)}
    assert kept == {200}
    page.context.close()


def test_on_a_full_disk_of_the_models_no_version_is_put_in_use_and_the_one_in_use_answers_on(
    browser: Browser, small_disk: Path, rows: list[Row]
) -> None:
    models = small_disk / "models"
    write_copies(models, "cnn", "1", "2")
    with running_stack(INFERENCE_MODELS_DIR=str(models)) as stack, Callers(stack) as callers:
        page = open_window(browser, stack)
        wait_until(lambda: callers.is_healthy(0), "answers before the disk is full")
        began = time.monotonic()
        _fill(small_disk)
        _put_in_use(page, stack, "cnn/2")
        told = page.get_by_text("No space left on device")
        expect(told.first).to_be_visible()
        sentence = told.first.inner_text()
        page.goto(stack.url("frontend"))
        draw(page, SEVEN)
        expect_read_as(page, 7)
        assert read_current(models, "cnn") == "1"
        (small_disk / FILLER).unlink()
        _put_in_use(page, stack, "cnn/2")
        expect(uses(page, "cnn/2")).to_contain_text("your pages")
        page.context.close()
    answers = {service: set(callers.count(service, began)) for service in SERVICES}
    rows.append(Row("the disk of models/ is full", sentence, answers, 0.0, "DiskNearlyFull"))
    assert answers == {service: {GOOD} for service in SERVICES}


def _put_in_use(page: Page, stack: Stack, version: str) -> None:
    open_view(page, stack.url("frontend"), "models")
    choose(page, "Version to put in use", version)
    promote(page, "promote", "a test")


def _fill(folder: Path) -> None:
    """Write a file until there is no room for another byte."""
    with (folder / FILLER).open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            return
