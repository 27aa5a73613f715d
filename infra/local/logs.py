"""The logs of `make run`: one file for each part, and beside it `.1`, which holds what the part wrote before.

They are on the disk of the database, so their size has a bound.
"""

import asyncio
import os
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
        await asyncio.to_thread(shorten_logs, folder)


def shorten_logs(folder: Path) -> None:
    """Shorten each log of the folder that is too large."""
    for log in folder.glob("*.log"):
        with suppress(OSError):  # it is gone
            shorten_log(log)


def shorten_log(log: Path, most_bytes: int = MOST_BYTES) -> None:
    """Copy a log that is too large to `<service>.log.1`, and empty it. Its part has it open and goes on writing.

    If there is no room for the copy, what was written is lost, because the database needs the room more.
    """
    if log.stat().st_size <= most_bytes:
        return
    try:
        shutil.copyfile(log, _name_older(log))
    except OSError:
        _name_older(log).unlink(missing_ok=True)
    os.truncate(log, 0)


def _name_older(log: Path) -> Path:
    return log.with_name(log.name + ".1")
