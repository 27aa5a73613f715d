"""Labelled drawings → two IDX files, as MNIST has them: images (N, 28, 28) and labels (N,), LeCun et al. 1998.

Each drawing is prepared as for a model. Drawings labelled "not a digit" are left out, because IDX labels of digits have
no number for them. A run that was stopped is continued by the same command: `progress.json` says what is written.
"""

import base64
import json
import os
import struct
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

from shared.atomic_file import replacing
from shared.contracts.storage import NOT_A_DIGIT
from shared.exchange.client import ExchangeClient, Row
from shared.exchange.errors import FileError
from shared.recognition.errors import DrawingError
from shared.recognition.normalisation import SIDE
from shared.recognition.preprocessing import preprocess

IMAGES, LABELS, PROGRESS = "drawings-images-idx3-ubyte", "drawings-labels-idx1-ubyte", "progress.json"
IMAGE_BYTES = SIDE * SIDE
UNSIGNED_BYTE = 0x08  # the type of the values, the third byte of an IDX file


@dataclass(frozen=True)
class Progress:
    """What is written: the number of images, of drawings without an image, and the cursor after them."""

    query: dict[str, str]
    cursor: str | None = None
    images: int = 0
    left_out: int = 0
    complete: bool = False


def export_idx(
    client: ExchangeClient, folder: Path, query: Mapping[str, str], progress: Callable[[int], object]
) -> Progress:
    """Write everything that fits the query and is not in the folder yet. FileError, OSError.

    `progress` gets the number of drawings after each page.
    """
    folder.mkdir(parents=True, exist_ok=True)
    done = read_progress(folder, query)
    if done.complete:
        return done
    with _open_rest(folder / IMAGES, 3, done.images) as images, _open_rest(folder / LABELS, 1, done.images) as labels:
        for page in client.read_pages(query, done.cursor):
            added = _write_rows(page.rows, images, labels)
            done = Progress(
                dict(query),
                page.next_cursor,
                done.images + added,
                done.left_out + len(page.rows) - added,
                complete=page.next_cursor is None,
            )
            for file, sides in ((images, (SIDE, SIDE)), (labels, ())):
                _write_header(file, (done.images, *sides))
            _write_progress(folder, done)
            progress(len(page.rows))
    return done


def read_progress(folder: Path, query: Mapping[str, str]) -> Progress:
    """Read what an earlier run has written. FileError if it wrote something else, or nothing tells what it wrote."""
    file = folder / PROGRESS
    if not file.exists():
        if (folder / IMAGES).exists() or (folder / LABELS).exists():
            raise FileError(f"{folder} has IDX files that were not written by this command. Choose another folder.")
        return Progress(dict(query))
    try:
        earlier = Progress(**json.loads(file.read_text()))
    except (ValueError, TypeError) as error:
        raise FileError(f"{file} was not written by this command. Choose another folder.") from error
    if earlier.query != dict(query):
        raise FileError(f"{folder} has an export with other options. Choose another folder.")
    return earlier


def _write_rows(rows: list[Row], images: BinaryIO, labels: BinaryIO) -> int:
    """Append the image and the label of each drawing that has both → how many."""
    added = 0
    for row in rows:
        if row["label"] == NOT_A_DIGIT:
            continue
        try:
            image = preprocess(base64.b64decode(row["drawing"]))
        except DrawingError:
            continue
        images.write(image.tobytes())
        labels.write(bytes([row["label"]]))
        added += 1
    return added


def _open_rest(path: Path, dimensions: int, count: int) -> BinaryIO:
    """Open a file behind its first `count` entries. What a run that was stopped wrote after them is cut off."""
    file = path.open("r+b" if path.exists() else "w+b")
    file.truncate(_header_bytes(dimensions) + count * (IMAGE_BYTES if dimensions == 3 else 1))
    file.seek(0, os.SEEK_END)
    return file


def _write_header(file: BinaryIO, shape: tuple[int, ...]) -> None:
    """Write magic number and sizes, and go back to the end. The entries reach the disk before the progress does."""
    file.seek(0)
    file.write(struct.pack(f">HBB{len(shape)}I", 0, UNSIGNED_BYTE, len(shape), *shape))
    file.seek(0, os.SEEK_END)
    file.flush()
    os.fsync(file.fileno())


def _header_bytes(dimensions: int) -> int:
    return 4 + 4 * dimensions


def _write_progress(folder: Path, done: Progress) -> None:
    with replacing(folder / PROGRESS) as file:
        file.write_text(json.dumps(asdict(done)))
