"""`start_stack` starts stand-in stacks and ends every process of them after the test, also when the test fails."""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent))

from running_stack import RunningStack, StartStack


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """A folder outside pytest's own, because PostgreSQL runs under another account when root runs the tests.

    Every pytest that starts on this machine closes /tmp/pytest-of-root to other accounts.
    """
    with tempfile.TemporaryDirectory(prefix="slate-") as folder:
        yield Path(folder)


@pytest.fixture
def start_stack(tmp_path: Path) -> Iterator[StartStack]:
    started: list[RunningStack] = []

    def start(*moods: str, data_dir: Path = tmp_path / "data", uid: int | None = None, **settings: str) -> RunningStack:
        started.append(RunningStack(data_dir, *moods, uid=uid, **settings))
        return started[-1]

    yield start
    for stack in started:
        stack.clear_away()
