"""Writes for a person which versions there are, which of them answer, and what happened to them."""

from collections.abc import Iterator
from pathlib import Path

from shared.recognition.journal import read_journal
from shared.recognition.model_version import (
    BUILT_IN_DEFAULT,
    READER,
    ModelVersionError,
    find_any_manifest,
    list_reader_versions,
    list_versions,
    read_current,
    read_default,
    read_shadow,
)
from shared.recognition.promotion import find_version_before

SHOWN_EVENTS = 10


def describe_models(models_dir: Path, only: str | None = None) -> Iterator[str]:
    """Yield lines: for each model its versions and their use, the gate's objections, and the end of the journal."""
    versions = [*list_versions(models_dir), *((READER, version) for version in list_reader_versions(models_dir))]
    for name in sorted({name for name, _ in versions if only in (None, name)}):
        yield name + (" (the default model)" if _read_default(models_dir) == name else "")
        for version in sorted(version for named, version in versions if named == name):
            yield from _describe_version(models_dir, name, version)
        for entry in read_journal(models_dir, name)[-SHOWN_EVENTS:]:
            who = f" by {entry.who}" if entry.who else ""
            line = f"{entry.at:%Y-%m-%d %H:%M} {entry.event.replace('_', ' ')} {entry.version}{who}: {entry.why}"
            yield f"    {as_one_line(line)}"


def as_one_line(text: str) -> str:
    """Replace what would begin a line or steer the terminal: a reason may hold any character."""
    return "".join(character if character.isprintable() else " " for character in text)


def _describe_version(models_dir: Path, name: str, version: str) -> Iterator[str]:
    reference = f"{name}/{version}"
    try:
        objections = find_any_manifest(models_dir, reference).objections
    except ModelVersionError as error:
        yield f"  {reference}  broken: {error}"
        return
    uses = ", ".join(_list_uses(models_dir, name, version))
    yield f"  {reference}" + (f"  {uses}" if uses else "")
    yield from (f"      the gate: {objection}" for objection in objections)


def _list_uses(models_dir: Path, name: str, version: str) -> Iterator[str]:
    try:
        if read_current(models_dir, name) == version:
            yield "in use"
        elif find_version_before(models_dir, name) == version:
            yield "in use before"
        if read_shadow(models_dir, name) == f"{name}/{version}":
            yield "in shadow"
    except ModelVersionError as error:
        yield str(error)


def _read_default(models_dir: Path) -> str:
    try:
        return read_default(models_dir) or BUILT_IN_DEFAULT
    except ModelVersionError:
        return ""
