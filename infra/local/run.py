"""One run of the stack, from the locks to the last stop: what `make run` does, with the programs as an argument."""

import asyncio
import signal
from collections.abc import Coroutine
from contextlib import suppress
from pathlib import Path
from typing import IO

from infra.local.failure import LocalError
from infra.local.lock import lock_stack, try_lock_processes
from infra.local.ports import check_ports
from infra.local.postgres import GRACE_S, stop_orphan
from infra.local.settings import LocalSettings, read_settings
from infra.local.stack import Programs, Stack

LEAVE_S = GRACE_S + 5.0  # an earlier run that was killed has ended by then


def say(line: str) -> None:
    """To the terminal, at once; a terminal that was closed is no reason to stop stopping."""
    with suppress(OSError):
        print(line, flush=True)


async def run(programs: Programs) -> int:
    """Exit code 0 when a signal asked for the end, 1 when something stood in the way."""
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    try:
        await _until(stopped, _run_stack(read_settings(), programs))
    except LocalError as failure:
        say(str(failure))
        return 1
    except OSError as refused:
        say(f"Slate can't run here: {refused}.")
        return 1
    return 0


async def _until(stopped: asyncio.Event, work: Coroutine[None, None, None]) -> None:
    """Runs the work; cancels it, and waits until it has cleaned up, when `stopped` is set."""
    working = asyncio.ensure_future(work)
    stopping = asyncio.ensure_future(stopped.wait())
    await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    working.cancel()
    with suppress(asyncio.CancelledError):
        await working


async def _run_stack(settings: LocalSettings, programs: Programs) -> None:
    data_dir = settings.data_dir
    data_dir.mkdir(parents=True, exist_ok=True)
    with lock_stack(data_dir):
        lock = await _outlive_the_last_run(data_dir)
        with lock:
            check_ports(settings.host, _ports(settings))
            stack = Stack(settings, programs, say=say, lock_fd=lock.fileno())
            try:
                say(f"starting Slate (logs in {data_dir / 'logs'})")
                await stack.start()
                _announce(settings)
                await asyncio.Event().wait()
            finally:
                say("stopping Slate")
                await stack.stop()


async def _outlive_the_last_run(data_dir: Path) -> IO[bytes]:
    """The lock that says no process of an earlier run is left. They stop by themselves; an orphaned server is told."""
    if lock := await try_lock_processes(data_dir, timeout_s=0):
        return lock
    say("waiting for the processes of an earlier run to end")
    stop_orphan(data_dir)
    if lock := await try_lock_processes(data_dir, timeout_s=LEAVE_S):
        return lock
    raise LocalError(f"Processes of an earlier run on {data_dir} do not end; stop them, then start again.")


def _ports(settings: LocalSettings) -> dict[str, int]:
    return {
        "frontend": settings.frontend_port,
        "inference": settings.inference_port,
        "storage": settings.storage_port,
    }


def _announce(settings: LocalSettings) -> None:
    for service, port in _ports(settings).items():
        say(f"  {service:<10} {settings.address(port)}")
    say("ready")
