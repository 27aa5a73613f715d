"""Predictions → files of tasks for Label Studio, and the labelling configuration of a project for them.

A file has its name when it is complete. A run that was stopped is repeated from its beginning: the same predictions
make the same files.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import orjson

from shared.atomic_file import replacing
from shared.exchange.client import ExchangeClient
from shared.exchange.errors import FileError
from shared.exchange.label_studio_task import LABEL_CONFIG, make_task
from shared.exchange.parts import cut

CONFIG = "label-config.xml"
FILE_TASKS = 10_000
FILE_CHARACTERS = 64 * 1024 * 1024  # of drawings; Label Studio takes files up to 250 MB, and a file is made in memory


@dataclass(frozen=True)
class Written:
    """How many tasks were written into how many files."""

    tasks: int
    files: int


def export_label_studio(
    client: ExchangeClient, folder: Path, query: Mapping[str, str], progress: Callable[[int], object]
) -> Written:
    """Write everything that fits the query. FileError if the folder has files of something else, OSError.

    `progress` gets the number of predictions of each file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()) and not (folder / CONFIG).exists():
        raise FileError(f"{folder} has other files. Choose another folder.")
    (folder / CONFIG).write_text(LABEL_CONFIG)
    for earlier in folder.glob("tasks-*.json"):
        earlier.unlink()
    rows = chain.from_iterable(page.rows for page in client.read_pages(query, None))
    written = Written(0, 0)
    files = cut(rows, FILE_TASKS, lambda row: len(row["drawing"]), FILE_CHARACTERS)
    for number, tasks in enumerate(files, start=1):
        with replacing(folder / f"tasks-{number:06}.json") as part:
            part.write_bytes(orjson.dumps([make_task(row) for row in tasks]))
        written = Written(written.tasks + len(tasks), number)
        progress(len(tasks))
    return written
