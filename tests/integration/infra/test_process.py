"""A tethered process ends when it is told to, with everything that it started, even if it ignores the signal."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest

from infra.local.logs import shorten_log
from infra.local.process import Command, TetheredProcess, start_process
from tests.full_disk import files_end_after

PATIENCE_S = 60.0
READY = "print('ready', flush=True)"
SLEEP = "import time; time.sleep(600)"
DEAF = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {READY}; {SLEEP}"
PARENT = f"import subprocess, sys; child = subprocess.Popen([sys.executable, '-c', {DEAF!r}]); child.wait()"


@pytest.fixture
async def lock_fd(tmp_path: Path) -> AsyncIterator[int]:
    with (tmp_path / "lock").open("ab") as file:
        yield file.fileno()


def command(folder: Path, code: str, *, stop_signal: signal.Signals = signal.SIGTERM, grace_s: float = 60) -> Command:
    arguments = (sys.executable, "-c", code)
    return Command("one", arguments, folder / "one.log", {"WHO": "me"}, stop_signal=stop_signal, grace_s=grace_s)


async def started(command: Command, lock_fd: int) -> TetheredProcess:
    """Start a process and wait until it has written the line "ready" to its log."""
    process = await start_process(command, lock_fd)
    while "ready\n" not in command.log.read_text():  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    return process


def lives_in_group(process: psutil.Process, group: int) -> bool:
    try:
        return os.getpgid(process.pid) == group and process.status() != psutil.STATUS_ZOMBIE
    except (ProcessLookupError, psutil.NoSuchProcess):
        return False


async def wait_until_group_ended(process: TetheredProcess) -> None:
    """Wait until the group has ended. A killed process needs a moment for that."""
    async with asyncio.timeout(PATIENCE_S):
        while any(lives_in_group(one, process.pid) for one in psutil.process_iter()):  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_the_exit_code_is_that_of_the_command(tmp_path: Path, lock_fd: int) -> None:
    process = await start_process(command(tmp_path, "raise SystemExit(7)"), lock_fd)
    assert await process.wait() == 7


async def test_the_exit_code_after_a_signal_is_as_in_a_shell(tmp_path: Path, lock_fd: int) -> None:
    process = await start_process(command(tmp_path, "import os; os.kill(os.getpid(), 9)"), lock_fd)
    assert await process.wait() == 137


async def test_the_command_has_its_own_environment_and_log(tmp_path: Path, lock_fd: int) -> None:
    process = await start_process(command(tmp_path, "import os; print(os.environ['WHO'])"), lock_fd)
    await process.wait()
    assert (tmp_path / "one.log").read_text() == "me\n"


async def test_a_command_goes_on_writing_to_a_log_that_was_shortened(tmp_path: Path, lock_fd: int) -> None:
    code = f"import signal; signal.signal(signal.SIGUSR1, lambda *_: print('later', flush=True)); {READY}; {SLEEP}"
    process = await started(command(tmp_path, code), lock_fd)
    log, older = tmp_path / "one.log", tmp_path / "one.log.1"
    shorten_log(log, most_bytes=100)
    assert not older.exists()
    shorten_log(log, most_bytes=1)
    (child,) = psutil.Process(process.pid).children()
    child.send_signal(signal.SIGUSR1)
    async with asyncio.timeout(PATIENCE_S):
        while log.read_text() != "later\n":  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert older.read_text() == "ready\n"
    await process.stop()


def test_a_log_that_has_no_room_beside_it_is_emptied_all_the_same(tmp_path: Path) -> None:
    log = tmp_path / "one.log"
    log.write_text("a line\n")
    with files_end_after(3):
        shorten_log(log, most_bytes=1)
    assert [(path.name, path.stat().st_size) for path in tmp_path.iterdir()] == [("one.log", 0)]


async def test_stopping_sends_the_stop_signal_and_lets_the_command_finish(tmp_path: Path, lock_fd: int) -> None:
    code = f"""
try:
    {READY}
    {SLEEP}
except KeyboardInterrupt:
    print('finished', flush=True)
"""
    process = await started(command(tmp_path, code, stop_signal=signal.SIGINT), lock_fd)
    await process.stop()
    assert (tmp_path / "one.log").read_text() == "ready\nfinished\n"


async def test_a_command_that_ignores_the_signal_is_killed_after_the_grace_period(tmp_path: Path, lock_fd: int) -> None:
    process = await started(command(tmp_path, DEAF, grace_s=0.1), lock_fd)
    await process.stop()
    await wait_until_group_ended(process)


async def test_processes_that_the_command_started_end_with_it(tmp_path: Path, lock_fd: int) -> None:
    process = await started(command(tmp_path, PARENT), lock_fd)
    await process.stop()
    await wait_until_group_ended(process)


async def test_stopping_twice_is_harmless(tmp_path: Path, lock_fd: int) -> None:
    process = await started(command(tmp_path, f"{READY}; {SLEEP}"), lock_fd)
    await asyncio.gather(process.stop(), process.stop())
    await wait_until_group_ended(process)
