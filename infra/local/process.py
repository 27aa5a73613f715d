"""Runs one command as a tethered process: it ends when it is told to, and also when the supervisor dies.

The command runs under a small program, `tether.py`, which watches a pipe from the supervisor. Command and tether are in
their own session, so that Ctrl-C in the terminal reaches the supervisor only. All output goes to the log.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from infra.local.settings import REPOSITORY

TETHER = Path(__file__).with_name("tether.py")
KILL_MARGIN_S = 2.0  # the tether itself is killed if it still runs this long after the grace period


@dataclass(frozen=True)
class Command:
    """A command, its environment, and how it is stopped.

    `grace_s` is the time between the stop signal and SIGKILL. `account` is `uid:gid`, or `-` for our own account.
    """

    name: str
    arguments: tuple[str, ...]
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    stop_signal: signal.Signals = signal.SIGTERM
    grace_s: float = field(kw_only=True)
    account: str = "-"


class TetheredProcess:
    """A running command. Its exit code is 128 + n if signal n ended it, as in a shell."""

    def __init__(self, command: Command, process: asyncio.subprocess.Process) -> None:
        self._command = command
        self._process = process
        self.pid = process.pid  # the pid of the tether, which is also the id of the process group

    async def wait(self) -> int:
        """Wait until the command ends, kill the rest of its process group, and return the exit code."""
        code = await self._process.wait()
        with suppress(ProcessLookupError, PermissionError):  # macOS refuses this if the group has only zombies
            os.killpg(self.pid, signal.SIGKILL)
        return code

    async def stop(self) -> None:
        """Close the stdin of the tether, which then stops the command: stop signal, grace period, SIGKILL."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            async with asyncio.timeout(self._command.grace_s + KILL_MARGIN_S):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
        await self.wait()


async def start_process(command: Command, lock_fd: int) -> TetheredProcess:
    """Start the command under a tether.

    All its descendants inherit `lock_fd`, so the lock is held until the last of them has ended.
    """
    tether = (sys.executable, "-I", "-S", str(TETHER), str(command.grace_s), str(int(command.stop_signal)))
    with command.log.open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *tether,
            command.account,
            *command.arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=log,
            stderr=log,
            cwd=REPOSITORY,
            env={**os.environ, **command.environment, "SLATE_LOCK_FD": str(lock_fd)},
            pass_fds=(lock_fd,),
            start_new_session=True,
        )
    return TetheredProcess(command, process)
