"""Drawings of every kind still become the images that they were, to a grey level: training and serving rely on it."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from shared.recognition.preprocessing import preprocess

GOLDEN = Path(__file__).parent / "golden"
DRAWINGS = sorted(path for path in GOLDEN.iterdir() if ".image" not in path.suffixes)


@pytest.mark.parametrize("path", DRAWINGS, ids=lambda path: path.stem)
def test_a_drawing_becomes_the_image_it_was(path: Path) -> None:
    golden = np.asarray(Image.open(path.with_suffix(".image.png")), np.int16)
    assert np.abs(preprocess(path.read_bytes()) - golden).max() <= 1
