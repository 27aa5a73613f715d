"""The clock of the machine jumps a day ahead and back again, under every service and PostgreSQL."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.hand import SEVEN, draw, expect_read_as, label_as, press
from tests.e2e.stack import ROOT, Stack, running_stack, wait_until
from tests.faults.callers import GOOD, SERVICES, Callers
from tests.faults.conftest import open_window
from tests.faults.table import Row

pytestmark = [pytest.mark.faults, pytest.mark.browser]

LIBRARIES = "/usr/lib/*/faketime/libfaketimeMT.so.1"
JUMPS_H = (25, -25, 0)  # hours from the right time


@pytest.fixture
def jumping(tmp_path: Path) -> Iterator[tuple[Stack, Callable[[float], None]]]:
    """A stack, and a function that sets its clock to so many hours from now. Needs Debian's package `libfaketime`."""
    library = next(Path("/").glob(LIBRARIES[1:]), None)
    if library is None:
        pytest.skip("libfaketime is not installed")
    file = tmp_path / "offset"
    tmp_path.chmod(0o755)

    def jump(hours: float) -> None:
        file.write_text(f"{hours * 3600:+.0f}")

    jump(0)
    settings = {
        "LD_PRELOAD": str(library),
        "FAKETIME_TIMESTAMP_FILE": str(file),
        "FAKETIME_NO_CACHE": "1",
        "DONT_FAKE_MONOTONIC": "1",
    }
    with running_stack(**settings) as stack:
        yield stack, jump


def test_a_clock_that_jumps_costs_nothing(
    browser: Browser, jumping: tuple[Stack, Callable[[float], None]], rows: list[Row]
) -> None:
    stack, jump = jumping
    page = open_window(browser, stack)
    shown, days = [], []
    with Callers(stack) as callers:
        wait_until(lambda: callers.is_healthy(0), "answers before the clock jumps")
        began = time.monotonic()
        for hours in JUMPS_H:
            jump(hours)
            jumped = time.monotonic()
            days.append((datetime.now(UTC) + timedelta(hours=hours)).date())
            draw(page, SEVEN)
            shown.append(expect_read_as(page, 7))
            label_as(page, 7)
            press(page, "clear")
            expect(page.get_by_test_id("empty")).to_be_visible()
            wait_until(lambda since=jumped: callers.is_healthy(since), "answers after a jump")
    answers = {service: set(callers.count(service, began)) for service in SERVICES}
    rows.append(Row("the clock jumps a day ahead, and back", "as before", answers, 0.0))
    assert all(each == {GOOD} for each in answers.values()), answers
    with stack.storage() as storage:
        stored = [storage.get(f"/v1/predictions/{one}").json() for one in shown]
        kept = {storage.get(f"/v1/predictions/{one}").status_code for one in callers.stored}
    assert [one["label"] for one in stored] == [7] * len(JUMPS_H)
    assert kept == {200}
    assert _days(stored) == days
    assert _check_counts(stack) == 0
    page.context.close()


def _days(stored: Sequence[dict[str, str]]) -> list[date]:
    return [datetime.fromisoformat(one["created_at"]).date() for one in stored]


def _check_counts(stack: Stack) -> int:
    """The exit code of the command that compares the statistics with a recount."""
    url = f"postgresql://postgres@/slate?host={quote(str(stack.folder / 'data' / 'run'))}"
    command = (sys.executable, "-m", "services.storage.counts", "verify")
    return subprocess.run(command, cwd=ROOT, env={**os.environ, "STORAGE_DATABASE_URL": url}).returncode
