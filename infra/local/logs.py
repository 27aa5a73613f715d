"""The logs of `make run`: one file for each part, and beside it `.1`, which holds what the part wrote before.

They are on the disk of the database, so their size has a bound.
"""

import asyncio
import shutil
from contextlib import suppress
from pathlib import Path

MOST_BYTES = 50_000_000  # of one file
PAUSE_S = 60.0


def rotate_logs(folder: Path) -> Path:
    """Rename the logs of the last run to `<service>.log.1`, so that this run begins with empty logs."""
    folder.mkdir(exist_ok=True)
    for log in folder.glob("*.log"):
        log.replace(_name_older(log))
    return folder


async def keep_logs_small(folder: Path) -> None:
    """Shorten the logs once a minute, until it is cancelled."""
    while True:
        await asyncio.sleep(PAUSE_S)
        with suppress(OSError):  # no room: the next try may have some
            await asyncio.to_thread(shorten_logs, folder)


def shorten_logs(folder: Path, most_bytes: int = MOST_BYTES) -> None:
    """Copy each log that is too large to `<service>.log.1`, and empty it. Its part has it open and goes on writing."""
    for log in folder.glob("*.log"):
        if log.stat().st_size > most_bytes:
            shutil.copyfile(log, _name_older(log))
            with log.open("r+b") as file:
                file.truncate(0)


def _name_older(log: Path) -> Path:
    return log.with_name(log.name + ".1")
