"""A newer version of each service runs beside this one, as while an installation is updated, and goes again.

Nobody notices: programs get an answer to every request, and the page goes on with the drawing that it has.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from infra.local.postgres import OWNER_ROLE, SERVICE_ROLE
from services.storage.schema import read_schema
from tests.e2e.hand import ONE, SEVEN, TWO, answer, draw, expect_read_as, label_as, press
from tests.e2e.stack import NO_CERTIFICATES, ROOT, TOKEN, Stack, free_port, is_ready, wait_until
from tests.faults.callers import GOOD, SERVICES, Callers
from tests.faults.conftest import open_window
from tests.faults.linked_stack import Links, running_linked_stack
from tests.faults.table import Row
from tests.newer_version import INVITATION, write_newer_version

pytestmark = [pytest.mark.faults, pytest.mark.browser]

PATHS = {"inference": "/v1/models", "storage": "/v1/predictions?limit=1"}  # what a newer service answers differently
DRAINS = {f"{service.upper()}_DRAIN_S": "2" for service in SERVICES}  # in which callers go to another copy


@dataclass(frozen=True)
class Installation:
    """A stack, whose address of each service is a link, and the code of a newer version."""

    stack: Stack
    links: Links
    newer: Path

    @property
    def reached_by_links(self) -> Stack:
        """The stack as its callers see it."""
        return self.links.lead_to(self.stack, *SERVICES)

    @contextlib.contextmanager
    def running_newer(self, service: str) -> Iterator[int]:
        """Run the newer version of a service → its port. At the end it is told to stop, and answers what it has."""
        port = free_port()
        settings = DRAINS | self._settings_of(service) | {f"{service.upper()}_PORT": str(port)}
        process = self._start(f"services.{service}", settings)
        try:
            wait_until(lambda: is_ready(f"http://127.0.0.1:{port}/readyz"), f"a newer {service}", 60)
            yield port
        finally:
            process.terminate()
            process.wait(60)

    def migrate(self) -> None:
        """Run the migrations of the newer version."""
        process = self._start("services.storage.migrate", {"STORAGE_DATABASE_URL": self._database_url(OWNER_ROLE)})
        assert process.wait(60) == 0

    def _start(self, program: str, settings: dict[str, str]) -> subprocess.Popen[bytes]:
        environment = {**os.environ, **settings, "PYTHONPATH": str(self.newer)}
        return subprocess.Popen([sys.executable, "-m", program], cwd=self.newer, env=environment)

    def _settings_of(self, service: str) -> dict[str, str]:
        if service == "inference":
            return {"INFERENCE_MODELS_DIR": str(ROOT / "models")}
        if service == "storage":
            return {"STORAGE_DATABASE_URL": self._database_url(SERVICE_ROLE), "STORAGE_TOKEN": TOKEN}
        return {
            "FRONTEND_INFERENCE_URL": self.reached_by_links.url("inference"),
            "FRONTEND_STORAGE_URL": self.reached_by_links.url("storage"),
            "FRONTEND_STORAGE_TOKEN": TOKEN,
            "FRONTEND_DATA_DIR": str(self.stack.folder / "data" / "outbox"),
        }

    def _database_url(self, role: str) -> str:
        return f"postgresql://{role}@/slate?host={quote(str(self.stack.folder / 'data' / 'run'))}"


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    newer, head = tmp_path_factory.mktemp("newer"), read_schema().head
    write_newer_version(newer, head, f'oldest_code = "{head}"')
    with running_linked_stack(**DRAINS) as (stack, links):
        yield Installation(stack, links, newer)


@pytest.fixture
def page(browser: Browser, installation: Installation) -> Iterator[Page]:
    window = open_window(browser, installation.reached_by_links)
    yield window
    window.context.close()


@pytest.mark.parametrize("service", ["inference", "storage"])
def test_a_newer_version_of_a_service_comes_and_goes(
    service: str, installation: Installation, page: Page, rows: list[Row]
) -> None:
    reached = installation.reached_by_links
    shown = []
    with Callers(reached) as callers:
        wait_until(lambda: callers.is_healthy(0), "answers before the newer version")
        began = time.monotonic()
        if service == "storage":
            installation.migrate()
        link, older = getattr(installation.links, service), installation.stack.ports[service]
        with installation.running_newer(service) as newer, link.leading_to(older, newer):
            installation.stack.restart(service, signal.SIGTERM)  # so that its callers connect anew, to both
            wait_until(lambda: _both_versions_answer(reached, service), "answers of both versions", 60)
            shown += [_draw_and_label(page, *one) for one in ((SEVEN, 7), (ONE, 1), (TWO, 2), (SEVEN, 7))]
        shown += [_draw_and_label(page, *one) for one in ((SEVEN, 7), (ONE, 1))]
        _expect_good_answers(callers, began, service, rows)
    with installation.stack.storage() as storage:
        kept = {storage.get(f"/v1/predictions/{one}").status_code for one in callers.stored}
        labels = [storage.get(f"/v1/predictions/{one}").json()["label"] for one in shown]
    assert (kept, labels) == ({200}, [7, 1, 2, 7, 7, 1])


def test_a_newer_frontend_goes_on_with_the_drawing_of_a_tab_and_so_does_the_older_one_afterwards(
    installation: Installation, page: Page, rows: list[Row]
) -> None:
    empty = page.get_by_test_id("empty")
    expect(empty).not_to_contain_text(INVITATION)
    draw(page, SEVEN)
    seven = expect_read_as(page, 7)
    label_as(page, 7)
    with Callers(installation.reached_by_links) as callers:
        began = time.monotonic()
        with installation.running_newer("frontend") as newer, installation.links.frontend.leading_to(newer):
            installation.stack.restart("frontend", signal.SIGTERM)
            _expect_same_drawing(page, seven, 7)
            press(page, "clear")
            expect(empty).to_contain_text(INVITATION)
            draw(page, ONE)
            one = expect_read_as(page, 1)
            label_as(page, 1)
        _expect_same_drawing(page, one, 1)
        press(page, "clear")
        expect(empty).to_be_visible()
        expect(empty).not_to_contain_text(INVITATION)
        _expect_good_answers(callers, began, "the frontend", rows)


def _expect_good_answers(callers: Callers, began: float, service: str, rows: list[Row]) -> None:
    """Every request since then was answered, and three more of each caller are."""
    now = time.monotonic()
    wait_until(lambda: callers.is_healthy(now), "answers after the newer version")
    answers = {each: set(callers.count(each, began)) for each in SERVICES}
    rows.append(Row(f"two versions of {service}, one of them newer", "as before", answers, 0.0))
    assert answers == {each: {GOOD} for each in SERVICES}


def _both_versions_answer(stack: Stack, service: str) -> bool:
    """Whether two requests after each other, each on a connection of its own, are answered by different versions."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    url = stack.url(service) + PATHS[service]
    answers = [httpx.get(url, headers=headers, verify=NO_CERTIFICATES).json() for _ in range(2)]
    return sorted("novelty" in one for one in answers) == [False, True]


def _draw_and_label(page: Page, strokes: list[list[tuple[float, float]]], digit: int) -> str:
    """Draw on an empty canvas, and leave it empty. Returns the id of the prediction."""
    draw(page, strokes)
    prediction_id = expect_read_as(page, digit)
    label_as(page, digit)
    press(page, "clear")
    expect(page.get_by_test_id("empty")).to_be_visible()
    return prediction_id


def _expect_same_drawing(page: Page, prediction_id: str, digit: int) -> None:
    """The page shows the drawing and its label, once it has connected to another process."""
    expect(page.get_by_test_id("visit")).to_be_empty()  # which a new process has not counted
    expect(answer(page)).to_have_attribute("data-id", prediction_id)
    expect(page.get_by_test_id("saved")).to_have_text(f"Saved as {digit}")
