"""Tiny files of the formats that the datasets come in."""

import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

WriteIdx = Callable[[Path, np.ndarray], bytes]


def _write_idx(path: Path, array: np.ndarray) -> bytes:
    code = {"uint8": 8, "int32": 12}[array.dtype.name]
    header = struct.pack(f">BBBB{array.ndim}I", 0, 0, code, array.ndim, *array.shape)
    content = header + array.astype(array.dtype.newbyteorder(">")).tobytes()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return content


@pytest.fixture
def write_idx() -> WriteIdx:
    """Writes uint8 or int32 as an IDX file, big-endian, → its bytes."""
    return _write_idx


@pytest.fixture
def numbered_images() -> Callable[[int], np.ndarray]:
    """(N, 28, 28) uint8: the first two pixels of image i are i // 256 and i % 256, in its first row."""

    def make(count: int) -> np.ndarray:
        images = np.zeros((count, 28, 28), np.uint8)
        images[:, 0, 0], images[:, 0, 1] = np.divmod(np.arange(count), 256)
        return images

    return make
