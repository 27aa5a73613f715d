"""Fixtures for the tests of datasets: tiny files in the datasets' formats, and damaged ones."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.unit.training.data.idx import write_idx

WriteIdx = Callable[[Path, np.ndarray], bytes]


@pytest.fixture(name="write_idx")
def _write_idx() -> WriteIdx:
    return write_idx


@pytest.fixture(params=[lambda whole: whole[:-10], lambda whole: b"x" + whole[1:], lambda whole: whole[:2]])
def damage(request: pytest.FixtureRequest) -> Callable[[bytes], bytes]:
    """A function that damages a file's contents: cuts the end, changes the first byte, or leaves two bytes."""
    damage: Callable[[bytes], bytes] = request.param
    return damage


@pytest.fixture
def numbered_images() -> Callable[[int], np.ndarray]:
    """A function that makes images (N, 28, 28) uint8; the first two pixels of image i are i // 256 and i % 256."""

    def make(count: int) -> np.ndarray:
        images = np.zeros((count, 28, 28), np.uint8)
        images[:, 0, 0], images[:, 0, 1] = np.divmod(np.arange(count), 256)
        return images

    return make
