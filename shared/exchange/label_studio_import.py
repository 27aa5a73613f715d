"""Label Studio's JSON export → labels in storage, and predictions for drawings that storage does not have.

A label of a prediction that storage has is given to it. For any other drawing inference is asked, as for IDX files: its
answer is stored with the label as an import. Ids follow from the drawings, so nothing is stored twice.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid5

import orjson

from shared.clients.inference import InferenceClient
from shared.clients.service import RefusedError
from shared.exchange.client import ExchangeClient
from shared.exchange.errors import FileError
from shared.exchange.idx_import import IDS, LabelledDrawing, import_drawings
from shared.exchange.label_studio_task import LabelledTask, read_task


@dataclass(frozen=True)
class Imported:
    """How many predictions got a label, how many were stored as new or existed, and how many tasks were left out.

    `unlabelled` tasks have no choice, `without_drawing` only name a picture, `unreadable` could not be read.
    """

    labelled: int
    stored: int
    existing: int
    unlabelled: int
    without_drawing: int
    unreadable: int


def import_label_studio(
    storage: ExchangeClient, inference: InferenceClient, file: Path, progress: Callable[[int], object]
) -> Imported:
    """Import one file. FileError."""
    tasks = read_tasks(file)
    given = [task for each in tasks if (task := read_task(each))]
    unknown = [task for task in given if not _give_label(storage, task, progress)]
    drawings = [drawing for task in unknown if (drawing := _make_drawing(task))]
    sent, unreadable = import_drawings(storage, inference, drawings, progress)
    return Imported(
        labelled=len(given) - len(unknown),
        stored=sent.stored,
        existing=sent.existing,
        unlabelled=len(tasks) - len(given),
        without_drawing=len(unknown) - len(drawings),
        unreadable=unreadable,
    )


def read_tasks(file: Path) -> list[object]:
    """The tasks of a file, of any form. FileError."""
    try:
        tasks = orjson.loads(file.read_bytes())
    except OSError as error:
        raise FileError(f"{file} cannot be read: {error.strerror}.") from error
    except orjson.JSONDecodeError as error:
        raise FileError(f"{file} is no JSON: {error}") from error
    if not isinstance(tasks, list):
        raise FileError(f"{file} is no list of tasks. Export the project from Label Studio as JSON.")
    return tasks


def _give_label(storage: ExchangeClient, task: LabelledTask, progress: Callable[[int], object]) -> bool:
    """Label the prediction of a task → whether storage has it."""
    if task.id is None:
        return False
    try:
        storage.request("PUT", f"/v1/predictions/{task.id}/label", json={"digit": task.label})
    except RefusedError as refused:
        if refused.problem.code != "not_found":
            raise
        return False
    progress(1)
    return True


def _make_drawing(task: LabelledTask) -> LabelledDrawing | None:
    if task.drawing is None:
        return None
    drawing_id = task.id or uuid5(IDS, f"{task.label} {task.drawing.hex()}")
    return LabelledDrawing(drawing_id, task.drawing, task.label)
