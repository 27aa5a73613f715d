"""The copy of an outbox's changes on disk: writes them to a queue file, and gets those of processes that have ended.

An error of the disk stops nobody: the changes stay in memory, `has` says which of them are not on disk, and `retry`
writes them later.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from uuid import UUID

import structlog

from services.frontend.saving.change import Change
from services.frontend.saving.queue_file import QueueDamagedError, QueueFile, QueueFileError
from services.frontend.saving.queue_folder import open_abandoned, open_own

logger = structlog.get_logger(__name__)


class KeptChanges:
    """`changes` are those of the outbox, under whose lock all methods run, except `sync`.

    Without a folder nothing is kept, and `has` is always true.
    """

    def __init__(self, folder: Path | None, changes: Mapping[UUID, Change]) -> None:
        self._folder = folder
        self._changes = changes
        self._file: QueueFile | None = None
        self._unkept: dict[UUID, None] = {}  # what the file does not know; a dict, because the order matters
        self._is_failing = False

    def take_over(self) -> Iterator[dict[UUID, Change]]:
        """The changes that the folder has from processes that have ended, oldest first.

        The caller adds each group to its own and calls `update` before it asks for the next group.
        """
        if self._folder is None:
            return
        try:
            if self._file is None:
                self._file, changes = open_own(self._folder)
                yield changes
            if self._file is None:  # the caller has found it damaged meanwhile
                return
            for file, changes in open_abandoned(self._folder, self._file):
                yield changes
                if self._unkept.keys().isdisjoint(changes):  # the own file has them now
                    file.write(dict.fromkeys(changes))
        except QueueFileError as error:
            self._complain(error)

    def update(self, *prediction_ids: UUID) -> None:
        """Write what the outbox has of these predictions now, in one transaction."""
        if self._folder is not None:
            self._unkept.update(dict.fromkeys(prediction_ids))
            self._write(prediction_ids)

    def has(self, prediction_id: UUID) -> bool:
        """Whether the next start of the frontend would find what the outbox has of this prediction."""
        return prediction_id not in self._unkept

    @property
    def unkept(self) -> int:
        """How many of the changes are only in memory."""
        return len(self._changes) if self._folder is None else len(self._unkept.keys() & self._changes.keys())

    def retry(self) -> None:
        """Write what could not be written. One at a time, so that a full disk costs little."""
        for prediction_id in tuple(self._unkept):
            if not self._write((prediction_id,)):
                return

    def sync(self) -> None:
        """Flush the file to the disk, so that it survives a power failure too."""
        if file := self._file:
            file.sync()

    def compact(self) -> None:
        """Make the file small, and remove copies of what was deleted."""
        if self._file is not None:
            try:
                self._file.compact(is_empty=not self._changes)
            except QueueDamagedError as error:
                self._complain(error)
                self._give_up_file()
            except QueueFileError:
                pass  # the next change will complain

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()

    def _write(self, prediction_ids: tuple[UUID, ...]) -> bool:
        """Returns whether the file has them."""
        if self._file is None:
            for prediction_id in prediction_ids:
                if prediction_id not in self._changes:  # sent, and there is no file to remove it from
                    self._unkept.pop(prediction_id, None)
            return False
        try:
            self._file.write({prediction_id: self._changes.get(prediction_id) for prediction_id in prediction_ids})
        except QueueFileError as error:
            self._complain(error)
            if isinstance(error, QueueDamagedError):
                self._give_up_file()
            return False
        for prediction_id in prediction_ids:
            self._unkept.pop(prediction_id, None)
        self._is_failing = bool(self._unkept)
        return True

    def _give_up_file(self) -> None:
        """The next `take_over` puts the damaged file aside and begins another one."""
        self.close()
        self._file = None
        self._unkept = dict.fromkeys(self._changes)

    def _complain(self, error: QueueFileError) -> None:
        """Once, until everything is written again."""
        if not self._is_failing:
            logger.error("outbox_not_kept_on_disk", reason=str(error), folder=str(self._folder))
        self._is_failing = True
