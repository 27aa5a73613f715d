"""The data of a split: which files and which pictures of them, and what is wrong with a file."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from tests.unit.training.reader.made_up_hands import make_digits
from tests.unit.training.reader.test_fitting import DATA
from training.data.labelled_images import LabelledImages, Split
from training.data.writing_data import WritingData, load_writing_data, read_drawings
from training.errors import DataUnavailableError
from training.options import DataOptions


def write_drawings(path: Path, count: int) -> None:
    pictures = np.arange(count, dtype=np.uint8)[:, None, None].repeat(28, 1).repeat(28, 2)
    path.write_bytes(gzip.compress(pictures.tobytes()))


def test_every_drawing_is_in_one_split(tmp_path: Path) -> None:
    write_drawings(tmp_path / "doodles.gz", 40)
    splits: tuple[Split, ...] = ("train", "validation", "test")
    parts = {split: read_drawings(tmp_path / "doodles.gz", split)[:, 0, 0].tolist() for split in splits}
    assert sorted([*parts["train"], *parts["validation"], *parts["test"]]) == list(range(40))
    assert (len(parts["train"]), parts["validation"], parts["test"]) == (32, [8, 18, 28, 38], [9, 19, 29, 39])


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"no gzip", "cannot be read as gzipped pictures"),
        # mtime: the names of the tests must be the same in every process
        (gzip.compress(bytes(784), mtime=0)[:20], "cannot be read as gzipped pictures"),
        (gzip.compress(bytes(785), mtime=0), "does not hold pictures of 28×28 bytes"),
        (gzip.compress(b"", mtime=0), "does not hold pictures"),
    ],
)
def test_a_damaged_file_of_drawings_is_reported(tmp_path: Path, content: bytes, sentence: str) -> None:
    (tmp_path / "doodles.gz").write_bytes(content)
    with pytest.raises(DataUnavailableError, match=sentence):
        read_drawings(tmp_path / "doodles.gz", "train")


def test_pen_digits_are_needed() -> None:
    with pytest.raises(DataUnavailableError, match="--pen-digits"):
        load_writing_data("train", DataOptions())


def test_a_writer_of_few_digits_is_no_hand() -> None:
    few = WritingData(make_digits()[:6], DATA.images, [], DATA.drawings)
    with pytest.raises(DataUnavailableError, match="give more files"):
        few.make_hands()


def test_a_hash_changes_with_its_data_and_names_only_what_is_there() -> None:
    assert set(DATA.hashes()) == {"mnist", "pen_digits", "pen_letters"}
    other = WritingData(DATA.digits, LabelledImages(255 - DATA.images.images, DATA.images.labels), [], DATA.drawings)
    assert other.hashes()["mnist"] != DATA.hashes()["mnist"]
    assert other.hashes()["pen_digits"] == DATA.hashes()["pen_digits"]
