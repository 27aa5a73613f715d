"""Writes the examples into the folder of the page: `python -m training.rendering.examples`."""

import io
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from PIL import Image

from training.rendering.examples.drawings import Drawing, make_drawings, write_svg
from training.rendering.examples.photos import make_photos

FRONTEND = Path(__file__).parents[3] / "services/frontend"
PICTURES = FRONTEND / "elements/example_pictures"  # on the buttons
STROKES = FRONTEND / "views/draw/example_strokes.json"
PHOTOS = FRONTEND / "views/photo/example_photos"  # which the page reads
SMALL_HEIGHT = 128  # pixels; buttons are half as high


def main() -> None:
    """Writes all files, and says how large they are."""
    for folder in (PICTURES, PHOTOS):
        folder.mkdir(parents=True, exist_ok=True)
    drawings = make_drawings()
    STROKES.write_text(write_strokes(drawings))
    for name, drawing in drawings.items():
        (PICTURES / f"{name}.svg").write_text(write_svg(drawing))
    for name, photo in make_photos().items():
        (PHOTOS / f"{name}.jpg").write_bytes(photo.data)
        (PICTURES / f"{name}.webp").write_bytes(make_small(photo.data))
        print(f"{name}: {len(photo.data) / 1000:.0f} kB, {' / '.join(photo.lines)}")


def write_strokes(drawings: Mapping[str, Drawing]) -> str:
    """The drawings as JSON, one a line."""
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(asdict(drawing))}" for name, drawing in drawings.items())
    return f"{{\n{lines}\n}}\n"


def make_small(data: bytes) -> bytes:
    """The picture as a WebP file for its button."""
    picture, file = Image.open(io.BytesIO(data)), io.BytesIO()
    small = picture.resize((round(picture.width * SMALL_HEIGHT / picture.height), SMALL_HEIGHT), Image.Resampling.BOX)
    small.save(file, "WEBP", quality=60)
    return file.getvalue()


if __name__ == "__main__":
    main()
