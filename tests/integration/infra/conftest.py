"""`start_stack` starts stand-in stacks and clears all of them away, whatever the test came to."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent))

from running_stack import RunningStack, StartStack


@pytest.fixture
def start_stack(tmp_path: Path) -> Iterator[StartStack]:
    started: list[RunningStack] = []

    def start(*moods: str, data_dir: Path = tmp_path / "data", uid: int | None = None, **settings: str) -> RunningStack:
        started.append(RunningStack(data_dir, *moods, uid=uid, **settings))
        return started[-1]

    yield start
    for stack in started:
        stack.clear_away()
