"""Writes the examples into the folder of the page: `python -m training.rendering.examples`."""

import json
from pathlib import Path

import cv2
import numpy as np

from training.rendering.examples.drawings import as_json, make_drawings, write_svg
from training.rendering.examples.photos import make_photos

FRONTEND = Path(__file__).parents[3] / "services/frontend"
PICTURES = FRONTEND / "static/examples"  # which the browser shows
STROKES = FRONTEND / "views/draw/example_strokes.json"
PHOTOS = FRONTEND / "views/photo/example_photos"  # which the page reads
SMALL_HEIGHT = 128  # pixels; buttons are half as high


def main() -> None:
    """Writes all files, and says how large they are."""
    for folder in (PICTURES, PHOTOS):
        folder.mkdir(parents=True, exist_ok=True)
    drawings = make_drawings()
    STROKES.write_text(json.dumps(as_json(drawings)) + "\n")
    for name, strokes in drawings.items():
        (PICTURES / f"{name}.svg").write_text(write_svg(strokes))
    for name, photo in make_photos().items():
        (PHOTOS / f"{name}.jpg").write_bytes(photo.data)
        (PICTURES / f"{name}.webp").write_bytes(make_small(photo.data))
        print(f"{name}: {len(photo.data) / 1000:.0f} kB, {' / '.join(photo.lines)}")


def make_small(data: bytes) -> bytes:
    """The picture as a WebP file for its button."""
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    height, width = picture.shape[:2]
    size = (round(width * SMALL_HEIGHT / height), SMALL_HEIGHT)
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return cv2.imencode(".webp", small, [cv2.IMWRITE_WEBP_QUALITY, 60])[1].tobytes()


if __name__ == "__main__":
    main()
