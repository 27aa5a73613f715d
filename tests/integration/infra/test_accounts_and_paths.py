"""The local stack runs from any path and for any account, root or an ordinary user."""

import os
import pwd
import stat
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from running_stack import StartStack

from infra.local.account import find_closed_parents, open_folder

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="changes owners and accounts")


@pytest.fixture
def nobody() -> Iterator[int]:
    """The id of an ordinary account, which can reach this Python and this checkout during the test."""
    wanted = (Path(sys.executable), Path(sys.executable).resolve(), Path(__file__))
    opened = {folder for path in wanted for folder in find_closed_parents(path)}
    for folder in opened:
        open_folder(folder)
    yield pwd.getpwnam("nobody").pw_uid
    for folder in opened:
        folder.chmod(folder.stat().st_mode & ~stat.S_IXOTH)


def test_a_long_data_path_with_spaces_and_quotes_works(start_stack: StartStack, tmp_path: Path) -> None:
    data_dir = tmp_path / "it's a “long” path, with spaces" / ("x" * 120)
    stack = start_stack(data_dir=data_dir)
    stack.wait_until_ready()
    assert stack.stop() == 0
    assert not (data_dir / "run").exists()


def test_the_socket_is_in_the_data_folder_if_its_path_is_short_and_plain(start_stack: StartStack) -> None:
    with tempfile.TemporaryDirectory(prefix="slate-") as folder:
        stack = start_stack(data_dir=Path(folder))
        stack.wait_until_ready()
        assert (Path(folder) / "run" / ".s.PGSQL.5432").is_socket()
        assert stack.stop() == 0


@needs_root
def test_root_can_keep_the_data_in_a_folder_that_others_cannot_enter(start_stack: StartStack, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    stack = start_stack(data_dir=closed / "data")
    stack.wait_until_ready()
    assert closed.stat().st_mode & 0o777 == 0o701
    assert any(line.startswith(f"opening {closed} for every account to pass through") for line in stack.said)
    assert stack.postmaster().uids().real != 0
    assert stack.stop() == 0


@needs_root
def test_root_can_continue_with_the_data_of_an_ordinary_user(start_stack: StartStack, nobody: int) -> None:
    with tempfile.TemporaryDirectory(prefix="slate-") as home:
        os.chown(home, nobody, -1)
        first = start_stack(data_dir=Path(home) / "data", uid=nobody)
        first.wait_until_ready()
        assert {process.uids().real for process in first.processes()} == {nobody}
        assert first.stop() == 0
        second = start_stack(data_dir=Path(home) / "data")
        second.wait_until_ready()
        assert second.postmaster().uids().real == nobody
        assert second.stop() == 0


@needs_root
def test_an_ordinary_user_is_told_that_the_data_of_root_cannot_be_used(start_stack: StartStack, nobody: int) -> None:
    first = start_stack()
    first.wait_until_ready()
    assert first.stop() == 0
    second = start_stack(uid=nobody)
    assert second.finish() == 1
    assert len(second.said) == 1
    assert second.said[0].startswith("Slate cannot run: ")
