"""The slices: each example depends only on its seed, shows what its label says, and passes preprocessing."""

import contextlib
import gzip
import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from shared.recognition.preprocessing import preprocess
from tests.unit.training.toy_data import bars
from training.data.pen_characters import PenCharacter, read_pen_strokes
from training.data.slices import (
    Slice,
    draw_character,
    enlarge,
    make_pen_slices,
    make_slices,
    prepare,
    random_of,
    read_pen_slices,
)
from training.errors import DataUnavailableError
from training.rendering.canvas import CANVAS_PX, draw_canvas, encode_png
from training.rendering.photographs import LARGEST, SMALLEST, take_photograph
from training.rendering.shape_drawings import KINDS, draw_shape, kind_of
from training.rendering.uploads import draw_upload

SEVEN = PenCharacter(7, "ward/w01", (np.array([[0, 0], [600, 0], [300, 999]], np.float32),))


def open_picture(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def image_of(index: int = 1) -> np.ndarray:
    return bars(2).images[index]


@pytest.mark.parametrize("part", make_pen_slices([SEVEN] * 3, seed=1), ids=lambda part: part.name)
def test_the_same_seed_makes_the_same_pictures(part: Slice) -> None:
    again = next(other for other in make_pen_slices([SEVEN] * 3, seed=1) if other.name == part.name)
    pictures = [part.make(index) for index in range(3)]
    assert pictures == [again.make(index) for index in range(3)]
    assert len(set(pictures)) == 3  # type: ignore[arg-type]
    another = next(other for other in make_pen_slices([SEVEN] * 3, seed=2) if other.name == part.name)
    assert another.make(0) != pictures[0]


def test_a_drawing_is_a_canvas_of_the_page() -> None:
    picture = open_picture(draw_character([SEVEN], 1, 0))
    assert (picture.size, picture.mode, picture.format) == ((CANVAS_PX, CANVAS_PX), "RGBA", "PNG")


def test_a_photograph_is_a_shaded_noisy_jpeg_of_camera_size() -> None:
    for index in range(6):
        picture = open_picture(take_photograph(SEVEN.strokes, random_of("photographs", 1, index)))
        assert picture.format == "JPEG"
        assert SMALLEST <= max(picture.size) <= LARGEST
        levels = np.asarray(picture.convert("L"), float)
        assert levels.std() > 2


def test_an_upload_is_dark_on_white_and_not_cropped() -> None:
    sizes = set()
    for index in range(12):
        picture = open_picture(draw_upload(image_of(), random_of("uploads", 1, index)))
        levels = np.asarray(picture.convert("L"))
        border = np.concatenate([levels[0], levels[-1], levels[:, 0], levels[:, -1]])
        assert (border > 200).mean() > 0.8
        assert levels.min() < 110
        sizes.add(picture.size)
    assert (28, 28) in sizes
    assert max(max(size) for size in sizes) > 100


def test_lines_of_uploads_are_thin_to_thick() -> None:
    shares = []
    for index in range(40):
        levels = np.asarray(open_picture(draw_upload(image_of(), random_of("uploads", 1, index))).convert("L"))
        rows, columns = np.nonzero(levels < 128)
        if len(rows) and min(levels.shape) > 60:
            shares.append((np.ptp(columns) + 1) / (np.ptp(rows) + 1))
    assert min(shares) < 0.12 < 0.22 < max(shares)


def test_every_kind_of_shape_is_drawn_and_found() -> None:
    for index, kind in enumerate(KINDS):
        assert kind_of(index) == kind
        image = preprocess(encode_png(draw_shape(index, random_of("not_digits", 1, index))))
        assert image.max() == 255


def test_an_enlarged_image_is_preprocessed_back_to_itself() -> None:
    for image in bars(2).images:
        difference = np.abs(preprocess(enlarge(image)).astype(int) - image)
        assert min(difference.mean(), np.abs(np.roll(preprocess(enlarge(image)), 1, 1).astype(int) - image).mean()) < 8


def test_an_unreadable_picture_is_marked_and_left_black() -> None:
    blank = encode_png(Image.new("RGB", (50, 50), "white"))
    drawing = encode_png(draw_canvas(SEVEN.strokes, random_of("pen_drawings", 1, 0)))
    prepared = prepare(Slice("mixed", np.array([7, 7]), [blank, drawing].__getitem__))
    assert prepared.readable.tolist() == [False, True]
    assert prepared.images[0].max() == 0
    assert prepared.images[1].max() == 255


def test_an_image_is_not_preprocessed_again() -> None:
    prepared = prepare(Slice("mnist", np.array([1]), lambda _: image_of()))
    assert np.array_equal(prepared.images[0], image_of())


def test_a_slice_holds_only_writers_of_its_split(tmp_path: Path) -> None:
    path = tmp_path / "pen.jsonl.gz"
    entries = [{"label": 7, "writer": f"ward/w{n}", "strokes": [[[0, 0], [9, n]]]} for n in range(60)]
    path.write_bytes(gzip.compress("".join(json.dumps(entry) + "\n" for entry in entries).encode()))
    sizes = [len(make_pen_slices(read_pen_strokes(path, split), 1)[0]) for split in ("train", "validation", "test")]
    assert sum(sizes) == 60
    assert min(sizes) > 0


def test_a_file_without_writers_of_the_split_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "pen.jsonl"
    path.write_text(json.dumps({"label": 7, "writer": "ward/w01", "strokes": [[[0, 0], [9, 9]]]}) + "\n")
    monkeypatch.setattr("training.data.slices.make_mnist_slices", lambda *_: [])  # MNIST is not on every machine
    parts = []
    for split in ("train", "validation", "test"):
        with contextlib.suppress(DataUnavailableError):
            parts.append(make_slices(split, tmp_path, path, None))
    assert len(parts) == 1  # the split that the writer belongs to


def test_each_file_has_its_own_slices_and_the_first_file_keeps_the_plain_names(tmp_path: Path) -> None:
    for name, count in (("unipen", 1), ("uci", 2)):
        lines = [json.dumps({"label": 7, "writer": "ward/w01", "strokes": [[[0, 0], [9, 9]]]})] * count
        (tmp_path / f"{name}.jsonl").write_text("\n".join(lines))
    slices = read_pen_slices([tmp_path / "unipen.jsonl", tmp_path / "uci.jsonl"], None, seed=1)
    assert {part.name: len(part) for part in slices} == {
        "pen_drawings": 1,
        "photographs": 1,
        "pen_drawings_uci": 2,
        "photographs_uci": 2,
    }
    assert slices[0].make(0) == slices[2].make(0) != slices[2].make(1)
