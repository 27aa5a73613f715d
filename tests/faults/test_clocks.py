"""The clock of the machine jumps a day ahead and back again, under every service and PostgreSQL."""

import asyncio
import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import asyncpg
import pytest
from playwright.sync_api import Browser, expect

from services.storage.queries.counts import find_differences
from tests.e2e.hand import SEVEN, draw, expect_read_as, label_as, press
from tests.e2e.stack import Stack, open_page, running_stack, wait_until
from tests.faults.callers import GOOD, SERVICES, Callers
from tests.faults.table import Row

pytestmark = [pytest.mark.faults, pytest.mark.browser]

LIBRARIES = "/usr/lib/*/faketime/libfaketimeMT.so.1"
JUMPS_H = (25, -50, 25)  # hours; the clock is right again at the end


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
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "DONT_FAKE_MONOTONIC": "1",
    }
    with running_stack(**settings) as stack:
        yield stack, jump
