"""The journal of a model: `models/<name>/journal.jsonl`, one line for each event, from a new version to a roll-back.

It says who changed which version answers, when and why, and why a new version was held back. A line is appended in one
write, so that several processes can write to one journal. Lines are never changed.
"""

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue, ValidationError

from shared.recognition.model_version import check_name

JOURNAL = "journal.jsonl"
MAX_READ_BYTES = 1024 * 1024  # the end of the journal that is read; a line has about 300 bytes

Event = Literal[
    "refined",  # a version was trained from labels
    "held_back",  # a version was written, and the gate objected
    "nothing_to_learn",
    "failed",
    "promoted",
    "rolled_back",
    "shadow_began",
    "shadow_ended",
    "made_default",  # this model answers when a request names none
    "removed",  # a version was deleted to save space
]


class JournalEntry(BaseModel):
    """One event. `version` is empty for an event of no version, `who` for one that nobody asked for."""

    model_config = ConfigDict(frozen=True, extra="ignore")  # a later Slate may write more

    at: AwareDatetime
    event: Event
    version: str = ""
    who: str = Field("", max_length=200)
    why: str = Field("", max_length=4000)
    details: dict[str, JsonValue] = Field(default_factory=dict)


def append_event(
    models_dir: Path,
    name: str,
    event: Event,
    *,
    version: str = "",
    who: str = "",
    why: str = "",
    details: Mapping[str, JsonValue] | None = None,
) -> JournalEntry:
    """Write one event to the journal of the model, and return it. Makes the folder of the model if there is none.

    OSError if the folder can't be written. ModelVersionError if the name is not allowed.
    """
    entry = make_entry(event, version=version, who=who, why=why, details=details)
    with open_journal(models_dir, name) as journal:
        write_entry(journal, entry)
    return entry


def make_entry(
    event: Event, *, version: str = "", who: str = "", why: str = "", details: Mapping[str, JsonValue] | None = None
) -> JournalEntry:
    """Return an entry of this moment. Texts that are too long are cut."""
    return JournalEntry(
        at=datetime.now(UTC).replace(microsecond=0),
        event=event,
        version=version,
        who=who[:200],
        why=why[:4000],
        details=dict(details or {}),
    )


@contextmanager
def open_journal(models_dir: Path, name: str) -> Iterator[IO[bytes]]:
    """Open the journal to append to it, and keep other writers out until the block ends."""
    folder = models_dir / check_name(name)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / JOURNAL).open("a+b", buffering=0) as journal:
        fcntl.flock(journal, fcntl.LOCK_EX)
        yield journal


def write_entry(journal: IO[bytes], entry: JournalEntry) -> None:
    """Append the entry as one line in one write. What a killed process left unfinished stays a line of its own.

    OSError if not all of it can be written, because the disk is full, for example.
    """
    end = journal.seek(0, os.SEEK_END)
    journal.seek(max(0, end - 1))
    is_torn = end > 0 and journal.read(1) != b"\n"
    line = (b"\n" if is_torn else b"") + entry.model_dump_json().encode() + b"\n"
    while written := journal.write(line):  # a disk that becomes full takes a part, and only then reports an error
        line = line[written:]


def read_journal(models_dir: Path, name: str) -> list[JournalEntry]:
    """Return the entries of the model, oldest first; of a very long journal its end. Unreadable lines are left out.

    ModelVersionError if the name is not allowed.
    """
    try:
        with (models_dir / check_name(name) / JOURNAL).open("rb") as journal:
            end = journal.seek(0, os.SEEK_END)
            journal.seek(max(0, end - MAX_READ_BYTES))
            lines = journal.read(MAX_READ_BYTES).splitlines()
    except OSError:
        return []  # no journal yet, or one that this account may not read
    return [entry for line in lines if (entry := _parse(line))]


def _parse(line: bytes) -> JournalEntry | None:
    """None for half a line, and for an event that a later Slate has written."""
    try:
        return JournalEntry.model_validate_json(line)
    except ValidationError:
        return None
