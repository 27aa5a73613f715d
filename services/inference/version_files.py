"""The files of a model version as an attempt to load it saw them, so that a broken one isn't loaded every second."""

import time
from pathlib import Path

Files = list[tuple[str, int, int]]  # name, time of the last change in ns, and size
Attempt = tuple[Path, Files, float]

RETRY_S = 60.0  # then a broken version is loaded again: a full memory and a folder that is away pass


def identify_attempt(folder: Path) -> Attempt:
    """Equal to an earlier attempt if the files are the same and hardly any time has passed: it would fail as well."""
    return folder, list_files(folder), time.monotonic() // RETRY_S


def list_files(folder: Path) -> Files:
    """The files of a version, sorted; none if it has no folder that can be read."""
    try:
        return sorted((path.name, path.stat().st_mtime_ns, path.stat().st_size) for path in folder.iterdir())
    except OSError:
        return []
