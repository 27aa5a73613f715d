"""What a step trains on: which datasets may be mixed, whose strokes are used, and what is added to them."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from torch import Tensor

from shared.recognition.normalisation import Normalisation
from tests.unit.training.toy_data import AlwaysSeven, bars, options, quick_settings
from training.data import mixture, parts
from training.data.label_filter import Answer
from training.data.labelled_images import NOT_A_DIGIT
from training.data.mixture import is_clean, load_training, load_validation
from training.data.pen_characters import split_of_writer
from training.data.sources import ImageSource
from training.data.writing_data import WritingData
from training.errors import DataUnavailableError
from training.learning.teacher import Teacher


def writer_of(split: str) -> str:
    return next(name for name in (f"ward/w{number:02}" for number in range(99)) if split_of_writer(name) == split)


BARE_SEVEN = [[[0, 0], [600, 0], [300, 999]]]


def write_digits(file: Path, labels: list[int], writer: str) -> Path:
    digits = [{"label": label, "writer": writer, "strokes": BARE_SEVEN} for label in labels]
    file.write_text("\n".join(map(json.dumps, digits)))
    return file


def labels_by_part(
    tmp_path: Path, labels: list[int], split: str = "train", label_filter: Answer | None = None
) -> dict[str, Tensor]:
    file = write_digits(tmp_path / "digits.jsonl", labels, writer_of(split))
    settings = quick_settings(dataset=["pen_strokes"], not_digit_weight=0.0)
    return {
        part.name: part.source.labels for part in load_training(settings, options(pen_digits=file), label_filter).parts
    }


def test_strokes_are_used_as_they_are_and_with_added_strokes(tmp_path: Path) -> None:
    labels = labels_by_part(tmp_path, [7, 4, 7])
    assert labels["pen_digits"].tolist() == [7, 4, 7]
    assert labels["added_strokes"].tolist() == [7, 7] * parts.ADDED_STROKES


def test_digits_that_the_label_filter_doubts_are_not_used(tmp_path: Path) -> None:
    labels = labels_by_part(tmp_path, [7, 0, 1, 7], label_filter=Teacher(AlwaysSeven(9.0), Normalisation()))
    assert labels["pen_digits"].tolist() == [7, 7]
    assert set(labels["added_strokes"].tolist()) == {7}


def test_every_digit_is_learned_in_rare_forms_as_well(tmp_path: Path) -> None:
    assert labels_by_part(tmp_path, [7])["forms"].bincount().tolist() == [parts.FORMS // 10] * 10


@pytest.mark.parametrize("split", ["validation", "test"])
def test_writers_of_other_splits_are_not_trained_on(tmp_path: Path, split: str) -> None:
    with pytest.raises(DataUnavailableError, match="no digits to train on"):
        labels_by_part(tmp_path, [7], split)


def test_a_file_without_validation_writers_is_reported(tmp_path: Path) -> None:
    file = write_digits(tmp_path / "digits.jsonl", [7], writer_of("train"))
    with pytest.raises(DataUnavailableError, match="no validation writers"):
        load_validation(quick_settings(dataset=["pen_strokes"]), options(pen_digits=file))


@pytest.mark.parametrize("other", ["qmnist", "emnist"])
def test_datasets_with_the_same_digits_are_not_mixed(other: str) -> None:
    with pytest.raises(DataUnavailableError, match="only one of"):
        load_training(quick_settings(dataset=["mnist", other]), options())


def test_emnist_makes_only_the_mnist_slices_unclean() -> None:
    assert not is_clean("uploads", ["emnist"])
    assert is_clean("photographs", ["emnist"])
    assert is_clean("uploads", ["mnist"])


def test_pen_strokes_need_a_file() -> None:
    with pytest.raises(DataUnavailableError, match="--pen-digits"):
        load_training(quick_settings(dataset=["mnist", "pen_strokes"]), options())


def test_drawings_that_are_not_digits_are_learned_as_the_service_sees_them(tmp_path: Path) -> None:
    pictures = np.zeros((10, 28, 28), np.uint8)
    pictures[:, 2:6, 2:6] = 255
    (tmp_path / "doodles.gz").write_bytes(gzip.compress(pictures.tobytes()))
    file = write_digits(tmp_path / "digits.jsonl", [7], writer_of("train"))
    loaded = load_training(
        quick_settings(dataset=["pen_strokes"]), options(pen_digits=file, doodles=tmp_path / "doodles.gz")
    ).parts
    drawings = next(part.source for part in loaded if part.name == "drawings")
    assert isinstance(drawings, ImageSource)
    assert drawings.labels.tolist() == [NOT_A_DIGIT] * 8  # the training split
    assert int(drawings.images[0, 14, 14]) == 255  # enlarged and moved to the middle


def test_without_a_file_of_drawings_non_digits_are_made_up(tmp_path: Path) -> None:
    file = write_digits(tmp_path / "digits.jsonl", [7], writer_of("train"))
    loaded = load_training(quick_settings(dataset=["pen_strokes"]), options(pen_digits=file)).parts
    assert [part.name for part in loaded] == ["pen_digits", "added_strokes", "forms", "made_up", "made_up_bold"]


def test_digits_cut_out_of_pages_are_learned_with_the_pen_they_were_written_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = bars(6)
    monkeypatch.setattr(parts, "load_writing_data", lambda *_: WritingData([], bars(2), [], made.images))
    monkeypatch.setattr(WritingData, "make_hands", lambda _: None)
    monkeypatch.setattr(parts, "cut_from_pages", lambda *_: made)
    monkeypatch.setitem(mixture.LOADERS, "mnist", lambda *_: bars(2))
    file = write_digits(tmp_path / "digits.jsonl", [7], writer_of("train"))
    settings = quick_settings(dataset=["mnist", "pen_strokes"], cut_digits=True, not_digit_weight=0.0)
    loaded = load_training(settings, options(pen_digits=file)).parts
    cut = next(part.source for part in loaded if part.name == "cut_digits")
    assert isinstance(cut, ImageSource)
    assert cut.labels.tolist() == made.labels.tolist()
    assert cut.embellishment is None
    assert cut.ink == parts.SAME_PEN
