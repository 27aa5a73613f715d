"""One run of the stack: take the locks, check the ports, start all parts, wait for a signal, stop all parts.

`make run` calls `run` with the real programs. Tests call it with stand-ins.
"""

import asyncio
import signal
from collections.abc import Coroutine
from contextlib import suppress
from pathlib import Path
from typing import IO

from infra.local.error import LocalError
from infra.local.lock import lock_stack, try_lock_processes
from infra.local.logs import keep_logs_small
from infra.local.ports import check_ports
from infra.local.postgres import GRACE_S, stop_orphan
from infra.local.settings import LocalSettings, read_settings
from infra.local.stack import Programs, Stack

EARLIER_RUN_TIMEOUT_S = GRACE_S + 5.0  # and the longest drain: then the processes of a run that was killed have ended


def say(line: str) -> None:
    """Print a line at once. A closed terminal is ignored, because the stack must still be stopped."""
    with suppress(OSError):
        print(line, flush=True)


async def run(programs: Programs) -> int:
    """Run the stack until a signal → exit code 0, or 1 if the stack could not run."""
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    try:
        await _run_until(stopped, _run_stack(read_settings(), programs))
    except LocalError as error:
        say(str(error))
        return 1
    except OSError as error:
        say(f"Slate cannot run: {error}.")
        return 1
    return 0


async def _run_until(stopped: asyncio.Event, work: Coroutine[None, None, None]) -> None:
    """Run the work. When `stopped` is set, cancel the work and wait until it has cleaned up."""
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
        lock = await _wait_for_earlier_run(data_dir, settings.longest_drain_s)
        with lock:
            check_ports(settings.host, _list_ports(settings))
            stack = Stack(settings, programs, say=say, lock_fd=lock.fileno())
            try:
                say(f"starting Slate (logs in {data_dir / 'logs'})")
                await stack.start()
                _announce(settings)
                await keep_logs_small(data_dir / "logs")
            finally:
                say("stopping Slate")
                await stack.stop()


async def _wait_for_earlier_run(data_dir: Path, longest_drain_s: float) -> IO[bytes]:
    """Take the lock of the processes, when no process of an earlier run is left.

    These processes stop by themselves, except a PostgreSQL server whose tether was killed. That one is told to stop.
    """
    if lock := await try_lock_processes(data_dir, timeout_s=0):
        return lock
    say("waiting until the processes of an earlier run have ended")
    stop_orphan(data_dir)
    if lock := await try_lock_processes(data_dir, timeout_s=EARLIER_RUN_TIMEOUT_S + longest_drain_s):
        return lock
    raise LocalError(f"Processes of an earlier run on {data_dir} do not end. Stop them and start again.")


def _list_ports(settings: LocalSettings) -> dict[str, int]:
    return {
        "frontend": settings.frontend_port,
        "inference": settings.inference_port,
        "storage": settings.storage_port,
    }


def _announce(settings: LocalSettings) -> None:
    say(f"  {'frontend':<10} {settings.frontend_url}")
    for service, port in (("inference", settings.inference_port), ("storage", settings.storage_port)):
        say(f"  {service:<10} {settings.url(port)}")
    say("ready")
