"""One fault after the other, while programs call the services and a person draws on the page.

After each fault everything works again without help, and nothing that was acknowledged is lost. Programs get a problem
with `Retry-After`, or no answer at all, and never another error. Services that a fault does not concern notice nothing.
"""

import contextlib
import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from benchmarks.soak.faults import corrupted
from tests.e2e.hand import SEVEN, answer, draw, expect_read_as, press
from tests.e2e.stack import wait_until
from tests.faults.callers import BROKEN, GOOD, NOTHING, SERVICES, Callers
from tests.faults.conftest import Place
from tests.faults.table import Row

pytestmark = [pytest.mark.faults, pytest.mark.browser]

AWAY = {"503 not_ready", "503 overloaded", BROKEN, NOTHING}
NO_INFERENCE = "The recogniser can't be reached."
NO_STORAGE = "Storage can't be reached."
NO_CONNECTION = "Streamlit server is not responding. Are you connected to the internet?"
NO_NEWS = "the page as it was; what is drawn meanwhile is read afterwards"
NOT_SAVED = re.compile(r"^(Saving…|Not saved yet)")


@dataclass(frozen=True)
class Case:
    """A fault. `shown` is on the page while it lasts; without it the page goes on as before.

    With `ends_itself` the cause is over at once, and the services come back without more.
    """

    name: str
    cause: Callable[[Place], AbstractContextManager[object]]
    concerned: tuple[str, ...]
    shown: str = ""
    ends_itself: bool = False

    @property
    def alert(self) -> str:
        """Which alert a person gets if it lasts."""
        if "browser" in self.name:
            return ""
        if "slow" in self.name:
            return "AnswersSlow" if self.concerned else ""
        if "PostgreSQL" in self.name or "postgres" in self.name:
            return "DatabaseUnreachable"
        if "version" in self.name:
            return "ModelUnusable"
        return "ServiceDown" if self.concerned else "PageWithoutService"


def _kill(service: str, number: signal.Signals) -> Callable[[Place], AbstractContextManager[object]]:
    @contextlib.contextmanager
    def cause(place: Place) -> Iterator[None]:
        place.stack.restart(service, number)
        yield

    return cause


KILLED = [
    Case(f"{name} killed (`kill -9`)", _kill(name, signal.SIGKILL), concerned, shown, ends_itself=True)
    for name, concerned, shown in (
        ("inference", ("inference",), NO_INFERENCE),
        ("storage", ("storage",), NO_STORAGE),
        ("frontend", ("frontend",), ""),
        ("postgres", ("storage",), NO_STORAGE),
    )
]
RESTARTED = [
    Case(f"{name} ended (SIGTERM)", _kill(name, signal.SIGTERM), (name,), shown, ends_itself=True)
    for name, shown in (("inference", NO_INFERENCE), ("storage", NO_STORAGE), ("frontend", ""))
] + [Case("postgres ended (SIGINT)", _kill("postgres", signal.SIGINT), ("storage",), NO_STORAGE, ends_itself=True)]
STOPPED = [
    Case("inference hangs (SIGSTOP)", lambda place: place.stack.stopped("inference"), ("inference",), NO_INFERENCE),
    Case("storage hangs (SIGSTOP)", lambda place: place.stack.stopped("storage"), ("storage",), NO_STORAGE),
    Case("frontend hangs (SIGSTOP)", lambda place: place.stack.stopped("frontend"), ("frontend",), NO_NEWS),
    Case("PostgreSQL hangs (SIGSTOP)", lambda place: place.stack.stopped("postgres"), ("storage",), NO_STORAGE),
]
NETWORK = [
    Case("network cut: browser, frontend", lambda place: place.links.frontend.cut(), (), NO_CONNECTION),
    Case("network silent: browser, frontend", lambda place: place.links.frontend.silent(), (), NO_NEWS),
    Case("network slow by 300 ms: browser, frontend", lambda place: place.links.frontend.slow(0.3), ()),
    Case("network cut: frontend, inference", lambda place: place.links.inference.cut(), (), NO_INFERENCE),
    Case("network cut: frontend, storage", lambda place: place.links.storage.cut(), (), NO_STORAGE),
    Case("network cut: storage, PostgreSQL", lambda place: place.links.postgres.cut(), ("storage",), NO_STORAGE),
    Case("network silent: frontend, inference", lambda place: place.links.inference.silent(), (), NO_INFERENCE),
    Case("network silent: frontend, storage", lambda place: place.links.storage.silent(), (), NO_STORAGE),
    Case("network silent: storage, PostgreSQL", lambda place: place.links.postgres.silent(), ("storage",), NO_STORAGE),
    Case("network slow by 300 ms: frontend, inference", lambda place: place.links.inference.slow(0.3), ()),
    Case("network slow by 300 ms: frontend, storage", lambda place: place.links.storage.slow(0.3), ()),
    Case("network slow by 300 ms: storage, PostgreSQL", lambda place: place.links.postgres.slow(0.3), ("storage",)),
]
MODELS = [Case("a corrupted version in models/ put in use", lambda place: corrupted(place.models_dir), ())]


@pytest.mark.parametrize("case", [*KILLED, *RESTARTED, *STOPPED, *NETWORK, *MODELS], ids=lambda case: case.name)
def test_it_is_told_and_ends_and_nothing_acknowledged_is_lost(
    case: Case, place: Place, page: Page, rows: list[Row]
) -> None:
    with Callers(place.stack) as callers:
        wait_until(lambda: callers.is_healthy(0), "answers before the fault")
        began = time.monotonic()
        with case.cause(place):
            draw(page, SEVEN)
            seen = _look(page, case)
            ended = began if case.ends_itself else time.monotonic()
        shown_id = expect_read_as(page, 7)
        wait_until(lambda: callers.is_healthy(ended), "answers after the fault")
        healthy = callers.find_last_failure(ended) or ended
        until = time.monotonic()
    answers = {service: set(callers.count(service, began, until)) for service in SERVICES}
    rows.append(Row(case.name, seen, answers, healthy - ended, case.alert))
    for service in SERVICES:
        allowed = AWAY | {GOOD} if service in case.concerned else {GOOD}
        assert answers[service] <= allowed, service
    with place.stack.storage() as storage:
        kept = {str(one): storage.get(f"/v1/predictions/{one}").status_code for one in (*callers.stored, shown_id)}
    assert set(kept.values()) == {200}


def _look(page: Page, case: Case) -> str:
    """What the page shows while the fault lasts. A fault that ends itself may be over before the page noticed it."""
    if case.shown == NO_NEWS:
        page.wait_for_timeout(3000)  # in which it would be read otherwise
        expect(page.get_by_test_id("empty")).to_be_visible()
        return case.shown
    if case.concerned == ("frontend",):
        wait_until(lambda: _is_read_again(page), "a drawing that is read")
        return "the page as it was; a stroke of the moment in which it comes back may have to be drawn again"
    if not case.shown:
        expect_read_as(page, 7)
        return "as before"
    banner = page.get_by_text(case.shown)
    if case.ends_itself:
        return f"for a moment: {case.shown}" if _appears(page, case.shown) else "as before, later"
    expect(banner.first).to_be_visible()
    if case.shown == NO_STORAGE:
        expect(answer(page)).to_have_attribute("data-digit", "7")
        expect(page.get_by_test_id("saved")).to_have_text(NOT_SAVED)
    return case.shown


def _is_read_again(page: Page) -> bool:
    """Draw once more unless there is an answer, or one comes within seconds."""
    try:
        expect(answer(page)).to_have_attribute("data-digit", "7", timeout=15_000)
    except AssertionError:
        press(page, "clear")
        draw(page, SEVEN)
        return False
    return True


def _appears(page: Page, sentence: str) -> bool:
    """Whether the sentence is shown before the drawing is saved."""
    saved = page.get_by_test_id("saved")
    while not (saved.count() and saved.first.get_attribute("data-saved") == "true"):
        if page.get_by_text(sentence).count():
            return True
        page.wait_for_timeout(100)
    return False
