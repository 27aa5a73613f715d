"""Writes IDX files, the format of MNIST, QMNIST and EMNIST."""

import struct
from pathlib import Path

import numpy as np


def write_idx(path: Path, array: np.ndarray) -> bytes:
    """Write a uint8 or int32 array as a big-endian IDX file, and return its bytes."""
    code = {"uint8": 8, "int32": 12}[array.dtype.name]
    header = struct.pack(f">BBBB{array.ndim}I", 0, 0, code, array.ndim, *array.shape)
    content = header + array.astype(array.dtype.newbyteorder(">")).tobytes()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return content
