"""Two locks on the data folder, so that two stacks never use the same data.

`stack.lock` is held while a supervisor runs. `processes.lock` is inherited by every process of the stack, so it becomes
free only when the last of them has ended, even if they were killed. A supervisor that holds both locks knows that a pid
file in the folder is stale.
"""

import asyncio
import fcntl
import time
from pathlib import Path
from typing import IO

from infra.local.error import LocalError

POLL_S = 0.05


def _try_lock(file: IO[bytes]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def lock_stack(data_dir: Path) -> IO[bytes]:
    """Take the lock of the stack. It is held while the returned file is open. LocalError if another stack has it."""
    file = (data_dir / "stack.lock").open("ab")
    if not _try_lock(file):
        file.close()
        raise LocalError(
            f"Slate already runs on {data_dir}. Stop it first. To run a second Slate, set SLATE_DATA_DIR and the three "
            "ports (INFERENCE_PORT, STORAGE_PORT, FRONTEND_PORT)."
        )
    return file


async def try_lock_processes(data_dir: Path, timeout_s: float) -> IO[bytes] | None:
    """Take the lock of the processes → the open file, whose descriptor every process must inherit.

    None if processes of an earlier stack still run after `timeout_s`.
    """
    file = (data_dir / "processes.lock").open("ab")
    deadline = time.monotonic() + timeout_s
    while not _try_lock(file):
        if time.monotonic() > deadline:
            file.close()
            return None
        await asyncio.sleep(POLL_S)
    return file
