"""Files and folders, as a person names them → the picture files to read, and what was left out.

A file that is named is taken whatever it is called, and the service says if it is no picture. Of a folder only files
with the name of a picture are taken.
"""

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SUFFIXES = {".png", ".jpg", ".jpeg", ".webp"}  # what the service reads
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet runs a cell that starts like this: OWASP, CSV Injection


@dataclass(frozen=True)
class Pictures:
    """The names of the files, in order and without repetitions. `left_out` counts other files of folders by suffix."""

    names: list[str]
    left_out: Counter[str]


def find_pictures(places: Sequence[str]) -> Pictures:
    """Folders are searched with all folders in them. Hidden files are passed over. FileNotFoundError."""
    names: dict[str, None] = {}
    left_out: Counter[str] = Counter()
    for place in places:
        path = Path(place)
        if not path.exists():
            raise FileNotFoundError(f"There is no file or folder {place}.")
        for file in _walk(path) if path.is_dir() else [path]:
            if file == path or file.suffix.lower() in SUFFIXES:
                names[name_file(file)] = None
            else:
                left_out[file.suffix.lower() or "without a suffix"] += 1
    return Pictures(list(names), left_out)


def name_file(path: Path) -> str:
    """The path as it stands in the CSV: the same for `a/b` and `./a/b`, and no spreadsheet takes it for a formula."""
    name = os.path.normpath(path)
    return f"./{name}" if name.startswith(FORMULA) else name


def _walk(folder: Path) -> list[Path]:
    found = []
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found += [Path(place, name) for name in sorted(files) if not name.startswith(".")]
    return found
