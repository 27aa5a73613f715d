"""The folder of the queue files: one file for each process of the frontend that runs, and those that ended ones left.

A process takes the first file that no other has. Files are never deleted, so that a process cannot open one just as
another deletes it. A damaged file is renamed, and what can be read of it is kept.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import structlog

from services.frontend.saving.change import Change
from services.frontend.saving.queue_file import QueueDamagedError, QueueFile, QueueFileError, QueueInUseError

logger = structlog.get_logger(__name__)

NAME = "outbox-{number}.sqlite3"
MAX_FILES = 1000  # processes on one folder


def open_own(folder: Path) -> tuple[QueueFile, dict[UUID, Change]]:
    """Open the first file that is free → the file and the changes in it. QueueFileError."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise QueueFileError(str(error)) from error
    for number in range(MAX_FILES):
        try:
            return open_intact(folder / NAME.format(number=number))
        except QueueInUseError:
            continue
    raise QueueFileError(f"{MAX_FILES} processes have their files in {folder}.")


def open_abandoned(folder: Path, own: QueueFile) -> Iterator[tuple[QueueFile, dict[UUID, Change]]]:
    """Open the files of processes that have ended, one after the other, if there are changes in them."""
    for path in sorted(folder.glob(NAME.format(number="*"))):
        if path == own.path:
            continue
        try:
            file, changes = open_intact(path)
        except QueueFileError:
            continue
        with file:
            if changes:
                yield file, changes


def open_intact(path: Path) -> tuple[QueueFile, dict[UUID, Change]]:
    """Open a file → the file and the changes in it. A damaged file is renamed and replaced. QueueFileError.

    The new file is complete before the damaged one goes, so that on a full disk nothing is lost.
    """
    changes: dict[UUID, Change] = {}
    try:
        file = QueueFile(path)
        changes, is_complete = file.read()
        if is_complete:
            return file, changes
        file.close()
    except QueueDamagedError:
        pass
    new = path.with_suffix(".new")
    with QueueFile(new) as file:
        file.write(changes)
        file.compact(is_empty=not changes)  # moves all of it from the log to the file
    put_aside(path)
    try:
        new.rename(path)
    except OSError as error:
        raise QueueFileError(str(error)) from error
    logger.warning("outbox_file_damaged", file=path.name, kept=len(changes))
    return QueueFile(path), changes


def put_aside(path: Path) -> None:
    """Rename a damaged file and its log. QueueFileError."""
    aside = path.with_suffix(f".damaged-{datetime.now(UTC):%Y%m%dT%H%M%S%f}")
    try:
        path.rename(aside)
        log = path.with_name(path.name + "-wal")
        if log.exists():
            log.rename(aside.with_name(aside.name + "-wal"))
    except OSError as error:
        raise QueueFileError(str(error)) from error
