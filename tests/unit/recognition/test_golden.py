"""Drawings of every kind give the stored images, with a tolerance of one grey level.

Shipped networks were trained on these images, so a change of preprocessing makes them read worse.
"""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from shared.recognition.preprocessing import preprocess

GOLDEN = Path(__file__).parent / "golden"
DRAWINGS = sorted(path for path in GOLDEN.iterdir() if ".image" not in path.suffixes)


@pytest.mark.parametrize("path", DRAWINGS, ids=lambda path: path.stem)
def test_a_drawing_gives_its_stored_image(path: Path) -> None:
    golden = np.asarray(Image.open(path.with_suffix(".image.png")), np.int16)
    assert np.abs(preprocess(path.read_bytes()) - golden).max() <= 1
