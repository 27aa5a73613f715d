"""Two locks on the data folder: one says that a stack runs here, the other that some process of a stack still lives.

The second is inherited by every process of the stack, so that it is free only when the last of them has ended,
however they ended; whoever holds both may trust that a pid file in the folder is stale.
"""

import asyncio
import fcntl
import time
from pathlib import Path
from typing import IO

from infra.local.failure import LocalError

POLL_S = 0.05


def _try_lock(file: IO[bytes]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def lock_stack(data_dir: Path) -> IO[bytes]:
    """Held while the returned file is open. LocalError while another stack runs on the same folder."""
    file = (data_dir / "stack.lock").open("ab")
    if not _try_lock(file):
        file.close()
        raise LocalError(
            f"Slate already runs on {data_dir}; stop it first, or set SLATE_DATA_DIR and the three ports "
            "(INFERENCE_PORT, STORAGE_PORT, FRONTEND_PORT) to run a second one."
        )
    return file


async def try_lock_processes(data_dir: Path, timeout_s: float) -> IO[bytes] | None:
    """The file whose descriptor every process is to inherit; None when an earlier stack's still live after the time."""
    file = (data_dir / "processes.lock").open("ab")
    deadline = time.monotonic() + timeout_s
    while not _try_lock(file):
        if time.monotonic() > deadline:
            file.close()
            return None
        await asyncio.sleep(POLL_S)
    return file
