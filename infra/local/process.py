"""One tethered process: started in a session of its own, writing to its log, and gone when it is told or we are."""

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
KILL_MARGIN_S = 2.0  # beyond the grace period the tether itself is killed


@dataclass(frozen=True)
class Command:
    """What is run and how it is stopped. `account` is «uid:gid», or «-» for our own."""

    name: str
    arguments: tuple[str, ...]
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    stop_signal: signal.Signals = signal.SIGTERM
    grace_s: float = 5.0
    account: str = "-"


class TetheredProcess:
    """A running command. The exit code follows the shell: 128 + n for a signal n."""

    def __init__(self, command: Command, process: asyncio.subprocess.Process) -> None:
        self._command = command
        self._process = process
        self.pid = process.pid  # the tether's, which is also the group's

    async def wait(self) -> int:
        """Its exit code, once it and everything in its group has ended."""
        code = await self._process.wait()
        with suppress(ProcessLookupError, PermissionError):  # macOS refuses for a group of zombies
            os.killpg(self.pid, signal.SIGKILL)
        return code

    async def stop(self) -> None:
        """The stop signal, the grace period, SIGKILL: all by the tether, which sees its stdin end."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            async with asyncio.timeout(self._command.grace_s + KILL_MARGIN_S):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
        await self.wait()


async def start_process(command: Command, lock_fd: int) -> TetheredProcess:
    """`lock_fd` is inherited by the whole tree of the process, and so held until the last of it has ended."""
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
