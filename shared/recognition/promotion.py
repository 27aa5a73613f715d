"""Changes which version answers: promote, roll back, choose the default model, begin and end a shadow.

Each change moves a pointer and writes the journal, both under the lock of the journal. The command
`python -m training.promotion`, the service of inference with a ticket, and the gate of training change it only here.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from pydantic import JsonValue

from shared.recognition.journal import Event, JournalEntry, make_entry, open_journal, read_journal, write_entry
from shared.recognition.model_version import (
    MANIFEST,
    ModelVersionError,
    check_reads_images,
    find_any_manifest,
    folder_of,
    read_current,
    read_default,
    read_shadow,
    set_current,
    set_default,
    set_shadow,
)

logger = logging.getLogger(__name__)

TICKET = "ticket"  # the detail with the id of the ticket that allowed a change
BEFORE = "before"  # the detail with what was in use before

NO_DETAILS: Mapping[str, JsonValue] = {}


class PromotionError(ModelVersionError):
    """The change is not possible as things are. The message says why."""


def promote(
    models_dir: Path,
    name: str,
    version: str,
    *,
    who: str,
    why: str,
    details: Mapping[str, JsonValue] = NO_DETAILS,
    instead_of: str | None = None,
) -> JournalEntry:
    """Put the version in use. ModelVersionError if there is none, PromotionError if it is in use already.

    The caller has checked that its files work. With `instead_of`, PromotionError if another version than that is in
    use, and a change that was killed between the pointer and the journal is brought to its end.
    """
    return _move_current(
        models_dir, "promoted", name, version, who=who, why=why, details=details, instead_of=instead_of
    )


def roll_back(
    models_dir: Path, name: str, version: str, *, who: str, why: str, details: Mapping[str, JsonValue] = NO_DETAILS
) -> JournalEntry:
    """Put the version in use that was in use before. PromotionError if `version` is not that one."""
    current = read_current(models_dir, name)
    if find_version_before(models_dir, name) != version:
        raise PromotionError(f"{version} is not the version of {name} that was in use before. Look at the list again.")
    return _move_current(
        models_dir, "rolled_back", name, version, who=who, why=why, details=details, instead_of=current
    )


def find_version_before(models_dir: Path, name: str) -> str | None:
    """The version that was in use before the current one, by the journal. Versions that are gone are passed over."""
    current = read_current(models_dir, name)
    in_use = [
        version
        for version in _list_in_use(read_journal(models_dir, name))
        if version == current or (folder_of(models_dir, name, version) / MANIFEST).exists()
    ]
    while in_use and current in in_use and in_use[-1] != current:
        in_use.pop()
    while in_use and in_use[-1] == current:
        in_use.pop()
    return in_use[-1] if in_use else None


def make_default(
    models_dir: Path, name: str, *, who: str, why: str, details: Mapping[str, JsonValue] = NO_DETAILS
) -> JournalEntry:
    """Let the model answer when a request names none. ModelVersionError if it has no version in use."""
    check_reads_images(name)
    version = read_current(models_dir, name)
    with open_journal(models_dir, name) as journal:
        _check_ticket(models_dir, name, details)
        before = read_default(models_dir)
        set_default(models_dir, name)
        with _undone_on_error(lambda: set_default(models_dir, before)):
            return _write(journal, "made_default", version, who, why, {**details, BEFORE: before})


def begin_shadow(models_dir: Path, name: str, reference: str, *, who: str, why: str) -> JournalEntry:
    """Let `name/version`, also of another model, run in shadow of the model. ModelVersionError if that can't be."""
    read_current(models_dir, name)
    with open_journal(models_dir, name) as journal:
        before = _find_shadow(models_dir, name)
        set_shadow(models_dir, name, reference)
        with _undone_on_error(lambda: _put_shadow_back(models_dir, name, before)):
            return _write(journal, "shadow_began", reference, who, why, {})


def end_shadow(models_dir: Path, name: str, *, who: str, why: str) -> JournalEntry:
    """End the shadow of the model. PromotionError if there is none."""
    read_current(models_dir, name)
    with open_journal(models_dir, name) as journal:
        if (reference := read_shadow(models_dir, name)) is None:
            raise PromotionError(f"No version runs in shadow of {name}.")
        set_shadow(models_dir, name, None)
        with _undone_on_error(lambda: _put_shadow_back(models_dir, name, reference)):
            return _write(journal, "shadow_ended", reference, who, why, {})


def _move_current(
    models_dir: Path,
    event: Event,
    name: str,
    version: str,
    *,
    who: str,
    why: str,
    details: Mapping[str, JsonValue],
    instead_of: str | None = None,
) -> JournalEntry:
    find_any_manifest(models_dir, f"{name}/{version}")
    _find_replaced(models_dir, name, version, instead_of)  # both before the journal is made
    with open_journal(models_dir, name) as journal:
        _check_ticket(models_dir, name, details)
        before = _find_replaced(models_dir, name, version, instead_of)
        if instead_of is not None and before != instead_of:
            raise PromotionError(f"{name}/{before} was put in use meanwhile, instead of {name}/{instead_of}.")
        set_current(models_dir, name, version)
        with _undone_on_error(lambda: _put_back(models_dir, name, before)):
            entry = _write(journal, event, version, who, why, {**details, BEFORE: before})
        if _find_shadow(models_dir, name) == f"{name}/{version}":  # nothing is left to compare it with
            try:
                set_shadow(models_dir, name, None)
                _write(journal, "shadow_ended", f"{name}/{version}", who, "It is in use now.", {})
            except OSError as error:  # the version is in use, and the journal says so
                logger.warning("The journal does not say that %s/%s left the shadow: %s", name, version, error)
        return entry


@contextmanager
def _undone_on_error(undo: Callable[[], object]) -> Iterator[None]:
    """Undo a change that the journal does not have, because the disk is full, for example."""
    try:
        yield
    except OSError:
        undo()
        raise


def _put_back(models_dir: Path, name: str, before: str | None) -> None:
    if before is not None:
        with suppress(ModelVersionError):  # it is gone, so the new version is the better one of the two
            set_current(models_dir, name, before)


def _put_shadow_back(models_dir: Path, name: str, before: str | None) -> None:
    with suppress(ModelVersionError):  # it is gone
        set_shadow(models_dir, name, before)


def _find_shadow(models_dir: Path, name: str) -> str | None:
    try:
        return read_shadow(models_dir, name)
    except ModelVersionError:  # its file is broken, which inference reports
        return None


def _write(
    journal: IO[bytes], event: Event, version: str, who: str, why: str, details: Mapping[str, JsonValue]
) -> JournalEntry:
    entry = make_entry(event, version=version, who=who, why=why, details=details)
    write_entry(journal, entry)
    return entry


def _check_ticket(models_dir: Path, name: str, details: Mapping[str, JsonValue]) -> None:
    """PromotionError if the ticket was used. The journal is shared by all copies of inference on one models folder."""
    ticket = details.get(TICKET)
    if ticket is not None and any(entry.details.get(TICKET) == ticket for entry in read_journal(models_dir, name)):
        raise PromotionError("This ticket was used already.")


def _find_replaced(models_dir: Path, name: str, version: str, instead_of: str | None) -> str | None:
    """The version in use. PromotionError if it is `version`, unless the journal has to learn that from this call.

    That is so if the same change was begun before, and killed between the pointer and the journal.
    """
    try:
        current = read_current(models_dir, name)
    except ModelVersionError:  # the first version of this name, or a broken pointer that is to be replaced
        return None
    if current != version:
        return current
    if instead_of in (None, version) or _list_in_use(read_journal(models_dir, name))[-1:] == [version]:
        raise PromotionError(f"{name}/{version} is in use already.")
    return instead_of


def _list_in_use(entries: Sequence[JournalEntry]) -> list[str]:
    """The versions that were in use one after the other. A roll-back takes away those after its version."""
    in_use: list[str] = []
    for entry in entries:
        before = entry.details.get(BEFORE)
        if entry.event == "promoted":
            if isinstance(before, str) and in_use[-1:] != [before]:
                in_use.append(before)
            in_use.append(entry.version)
        elif entry.event == "rolled_back":
            while entry.version in in_use and in_use[-1] != entry.version:
                in_use.pop()
    return in_use
