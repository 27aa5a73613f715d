"""One file that keeps the changes of an outbox, so that they survive the end of the process: an SQLite database.

peewee writes the SQL. The file belongs to one process at a time: SQLite's lock on it ends with the process, however
that ends. Each write is one transaction. It is not flushed to the disk (PRAGMA synchronous), which would take
milliseconds in front of a stroke: a killed process loses nothing, and `sync` adds what a power failure would lose.
"""

import os
import sqlite3
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Self
from uuid import UUID

from peewee import AutoField, BlobField, Model, PeeweeException, SchemaManager, SqliteDatabase

from services.frontend.saving.change import Change, decode_change, encode_change

PRAGMAS = {
    "locking_mode": "exclusive",  # must come before the journal mode
    "journal_mode": "wal",
    "synchronous": "normal",
    "secure_delete": "on",  # overwrite deleted drawings and tokens
    "wal_autocheckpoint": 4000,  # pages, or 600 strokes: later than `compact`, because it flushes in front of a stroke
}
DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
SMALL_BYTES = 1024 * 1024
PRIMARY_CODE = 0xFF  # the lower byte of an extended result code


class QueueFileError(Exception):
    """The file cannot be written now, for example because the disk is full."""


class QueueInUseError(QueueFileError):
    """Another process has the file."""


class QueueDamagedError(QueueFileError):
    """The file is no SQLite database, or a damaged one, or somebody has deleted it."""


class Row(Model):
    """A change as `encode_change` makes it. The oldest has the lowest position."""

    position = AutoField()
    prediction_id = BlobField(unique=True)
    change = BlobField()

    class Meta:
        """The name of the table."""

        table_name = "changes"


class QueueFile:
    """An open file. The caller makes one call at a time, except `sync`. `close` at the end.

    All methods raise QueueFileError, or one of the two more exact errors.
    """

    def __init__(self, path: Path) -> None:
        """Open the file, or create it with mode 600."""
        self.path = path
        self._database = SqliteDatabase(
            str(path), pragmas=PRAGMAS, timeout=0, thread_safe=False, check_same_thread=False, autoconnect=False
        )
        try:
            _create(path)
            self._database.connect()
            with self._database.atomic("IMMEDIATE"):
                SchemaManager(Row, self._database).create_all(safe=True)
            if self._database.pragma("quick_check", 1) != "ok":
                raise QueueDamagedError(f"{path.name} is damaged.")
        except (PeeweeException, OSError) as error:
            self.close()
            raise _translate(error) from error
        except QueueFileError:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def read(self) -> tuple[dict[UUID, Change], bool]:
        """Return the changes, oldest first, and whether some could not be read."""
        changes: dict[UUID, Change] = {}
        is_complete = True
        try:
            rows = Row.select(Row.prediction_id, Row.change).order_by(Row.position).tuples()
            for prediction_id, data in rows.iterator(self._database):
                try:
                    changes[UUID(bytes=bytes(prediction_id))] = decode_change(bytes(data))
                except (ValueError, TypeError):
                    is_complete = False
        except PeeweeException as error:
            if not isinstance(_translate(error), QueueDamagedError):
                raise _translate(error) from error
            is_complete = False
        return changes, is_complete

    def write(self, changes: Mapping[UUID, Change | None]) -> None:
        """Write all or none of the changes. None removes a change. A change that is there already keeps its place."""
        try:
            with self._database.atomic("IMMEDIATE"):
                for prediction_id, change in changes.items():
                    self._write_one(prediction_id.bytes, change)
        except PeeweeException as error:
            raise _translate(error) from error

    def sync(self) -> None:
        """Flush to the disk what a power failure would lose. Another thread may write meanwhile."""
        with suppress(OSError):  # there is no log before the first write
            descriptor = os.open(self.path.with_name(self.path.name + "-wal"), os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    def compact(self, *, is_empty: bool) -> None:
        """Empty the log, which has copies of what was deleted, and make a file without changes small again."""
        try:
            if self.path.stat().st_size > SMALL_BYTES and is_empty:
                self._database.execute_sql("VACUUM")
            self._database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        except FileNotFoundError as error:
            raise QueueDamagedError(f"{self.path.name} was deleted.") from error
        except (PeeweeException, OSError) as error:
            raise _translate(error) from error

    def close(self) -> None:
        """Close the file, which frees it for other processes."""
        with suppress(PeeweeException):  # SQLite cannot tidy up on a full disk, and need not
            self._database.close()

    def _write_one(self, key: bytes, change: Change | None) -> None:
        if change is None:
            Row.delete().where(Row.prediction_id == key).execute(self._database)
        else:
            insert = Row.insert(prediction_id=key, change=encode_change(change))
            insert.on_conflict(conflict_target=[Row.prediction_id], preserve=[Row.change]).execute(self._database)


def _create(path: Path) -> None:
    """Create an empty file for its owner alone, if there is none.

    An existing file is not opened: closing it would free SQLite's lock, if this process has it open already.
    """
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def _translate(error: BaseException) -> QueueFileError:
    """Make the error of this module of one of peewee or the system.

    peewee raises its own in place of one of sqlite3, and after a full disk that of a second ROLLBACK, so the cause is
    the first in the chain.
    """
    cause, link = error, error.__context__
    while link is not None:
        cause, link = link if isinstance(link, sqlite3.Error) else cause, link.__context__
    code = getattr(cause, "sqlite_errorcode", 0) & PRIMARY_CODE
    if code == sqlite3.SQLITE_BUSY:
        return QueueInUseError(str(cause))
    return QueueDamagedError(str(cause)) if code in DAMAGED else QueueFileError(str(cause))
