"""Removes old versions that `make refine` has made, so that a nightly run does not fill the disk.

A version is kept if it is one of the newest, if it is in use, was in use before, runs in shadow or is named by a
setting, or if one of these versions or a recipe starts from it, is taught by it, or has its labels filtered by it.
Older steps of a lineage are in the manifests. Versions that people trained are never removed.
"""

import os
import shutil
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path

from shared.recognition.journal import append_event, make_entry, open_journal, read_journal, write_entry
from shared.recognition.model_version import (
    READER,
    ModelVersionError,
    VersionManifest,
    check_name,
    find_any_manifest,
    folder_of,
    list_reader_versions,
    list_versions,
    read_current,
    read_shadow,
)
from shared.recognition.promotion import find_version_before
from training.publishing.folder import WRITING
from training.publishing.lineage import named_versions
from training.recipes.recipe import FOLDER
from training.refine.settings import RECIPE

WHO = "make refine-nightly"
REMOVING = ".removing-"  # before the version, while it is removed
LONGEST_WRITING_S = 24 * 3600.0


def prune(models_dir: Path, name: str, keep: int) -> list[str]:
    """Remove the versions of the model that are not kept, oldest first, and return them. The journal has them too.

    ModelVersionError if the version of the model that is in use is not known, or gone.
    """
    finish_removed(models_dir, name)
    removed = []
    for version in find_removable(models_dir, name, keep):
        with open_journal(models_dir, name) as journal:
            if version not in find_removable(models_dir, name, keep):  # a curator has promoted it meanwhile
                continue
            remove_version(models_dir, name, version)
            why = f"Only the newest {keep} refined versions are kept."
            write_entry(journal, make_entry("removed", version=version, who=WHO, why=why))
        removed.append(version)
    return removed


def finish_removed(models_dir: Path, name: str) -> None:
    """Remove what a process that was killed left of versions that it removed, or began to write a day ago.

    The journal says that a version was removed, if it does not yet.
    """
    folder = models_dir / check_name(name)
    for removing in folder.glob(f"{REMOVING}*"):
        shutil.rmtree(removing, ignore_errors=True)
        version = removing.name.removeprefix(REMOVING)
        if all((entry.event, entry.version) != ("removed", version) for entry in read_journal(models_dir, name)):
            append_event(models_dir, name, "removed", version=version, who=WHO, why="Only the newest are kept.")
    for writing in folder.glob(f"{WRITING}*"):
        if time.time() - writing.stat().st_mtime > LONGEST_WRITING_S:
            shutil.rmtree(writing, ignore_errors=True)


def find_removable(models_dir: Path, name: str, keep: int) -> list[str]:
    """Return the refined versions of the model that nothing needs and that are not among the newest, oldest first.

    ModelVersionError if the version of the model that is in use is not known, or gone.
    """
    find_any_manifest(models_dir, name)
    manifests = read_manifests(models_dir)
    refined = sorted(
        (one for one in manifests.values() if one.name == name and one.recipe_name == RECIPE),
        key=lambda one: (one.created_at, one.version),
    )
    old = {one.reference for one in refined[: max(0, len(refined) - keep)]}
    kept = (manifests.keys() - old) | set(find_in_use(models_dir)) | set(find_named_by_recipes())
    needed = {used for reference in kept & manifests.keys() for used in named_versions(manifests[reference].recipe)}
    return [one.version for one in refined if one.reference in old - kept - needed]


def remove_version(models_dir: Path, name: str, version: str) -> None:
    """Delete the folder. It vanishes in one step, so that nobody reads a half-deleted version."""
    folder = folder_of(models_dir, name, version)
    removing = folder.with_name(f"{REMOVING}{version}")
    folder.rename(removing)
    shutil.rmtree(removing, ignore_errors=True)


def read_manifests(models_dir: Path) -> dict[str, VersionManifest]:
    """Return `name/version` → manifest, for every readable version on disk."""
    readers = [(READER, version) for version in list_reader_versions(models_dir)]
    found = {}
    for name, version in [*list_versions(models_dir), *readers]:
        try:
            found[f"{name}/{version}"] = find_any_manifest(models_dir, f"{name}/{version}")
        except ModelVersionError:
            continue  # it is broken, so it depends on nothing, and nobody removes it
    return found


def find_in_use(models_dir: Path) -> Iterator[str]:
    """Yield `name/version` of what answers, answered before, or runs in shadow, and what the setting names."""
    yield os.environ.get("INFERENCE_DEFAULT_MODEL", "")
    for name in [folder.name for folder in models_dir.iterdir() if folder.is_dir() and folder.name[0] != "."]:
        for find in (_find_current, _find_before, read_shadow):
            try:
                yield find(models_dir, name) or ""
            except ModelVersionError:
                continue  # a folder without a version in use, or a broken pointer


def _find_current(models_dir: Path, name: str) -> str:
    return f"{name}/{read_current(models_dir, name)}"


def _find_before(models_dir: Path, name: str) -> str:
    return f"{name}/{find_version_before(models_dir, name)}"


def find_named_by_recipes() -> Iterator[str]:
    """Yield `name/version` for every version that a shipped recipe starts from or learns from."""
    for recipe in FOLDER.glob("*.toml"):
        content = tomllib.loads(recipe.read_text())
        for step in (content.get("settings", {}), *content.get("steps", ())):
            yield from named_versions(step)
