"""IDX files, plain or gzipped, as MNIST has them → their entries, read one after the other. LeCun et al. 1998."""

import gzip
import math
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from shared.exchange.errors import FileError
from shared.picture_limits import MAX_SIDE

GZIP = b"\x1f\x8b"
UNSIGNED_BYTE = 0x08  # the type of the values, the third byte of a file
MAX_ENTRY_BYTES = 16 * 1024 * 1024  # a header that says more is no picture's


@contextmanager
def open_idx(path: Path, dimensions: int) -> Iterator[tuple[tuple[int, ...], Iterator[bytes]]]:
    """Open a file → its shape, and its entries: what lies behind each index of the first dimension. FileError.

    The entries may be read while the file is open. There are as many of them as the header says.
    """
    with _open(path) as file:
        shape = _read_shape(file, path, dimensions)
        yield shape, _read_entries(file, path, shape[0], math.prod(shape[1:]))


def _open(path: Path) -> BinaryIO:
    try:
        with path.open("rb") as file:
            is_gzip = file.read(len(GZIP)) == GZIP
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error.strerror}.") from error
    return cast("BinaryIO", gzip.open(path)) if is_gzip else path.open("rb")


def _read_shape(file: BinaryIO, path: Path, dimensions: int) -> tuple[int, ...]:
    magic = _read(file, path, 4)
    if magic != bytes([0, 0, UNSIGNED_BYTE, dimensions]):
        raise FileError(f"{path} is no IDX file of bytes with {dimensions} dimensions.")
    shape: tuple[int, ...] = struct.unpack(f">{dimensions}I", _read(file, path, 4 * dimensions))
    if not 0 < math.prod(shape[1:]) <= MAX_ENTRY_BYTES or max(shape[1:], default=0) > MAX_SIDE:
        raise FileError(f"{path} has entries of an impossible size.")
    return shape


def _read_entries(file: BinaryIO, path: Path, count: int, size: int) -> Iterator[bytes]:
    for _ in range(count):
        yield _read(file, path, size)
    if _read_up_to(file, path, 1):  # this also lets gzip compare its checksum
        raise FileError(f"{path} goes on after the {count:,} entries of its header.")


def _read(file: BinaryIO, path: Path, size: int) -> bytes:
    content = _read_up_to(file, path, size)
    if len(content) < size:
        raise FileError(f"{path} ends too early.")
    return content


def _read_up_to(file: BinaryIO, path: Path, size: int) -> bytes:
    try:
        return file.read(size)
    except (OSError, EOFError, zlib.error) as error:
        raise FileError(f"{path} is damaged: {error}.") from error
