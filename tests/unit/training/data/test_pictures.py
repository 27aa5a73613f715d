"""Training digits in files and photographs, as the service's own preprocessing leaves them."""

from pathlib import Path

import numpy as np
import pytest

from tests.unit.training.toy_data import bars, options, pen_character
from training import mixture
from training.data.labelled_images import LabelledImages
from training.evaluation import slices
from training.options import Options
from training.data.sources import ImageSource

WRITERS = {"train": [pen_character(7) for _ in range(6)], "validation": [pen_character(4) for _ in range(2)]}


@pytest.fixture(autouse=True)
def bars_for_mnist(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of every split other ones, told apart by their number."""
    counts = {"train": 10, "validation": 3, "test": 2}

    def load(split: str, _: Path) -> LabelledImages:
        return bars(counts[split])

    monkeypatch.setattr(slices, "load_mnist", load)
    monkeypatch.setitem(mixture.LOADERS, "mnist", lambda split, _: load(split, Path()))
    monkeypatch.setattr(mixture, "read_pen_digits", lambda _, split: WRITERS[split])


def chosen(*datasets: str, pictures: bool = True) -> Options:
    return options(dataset=list(datasets), pen_digits=Path("digits"), pictures=pictures, not_digit_weight=0.0)


def drawn(*datasets: str) -> dict[str, ImageSource]:
    parts = mixture.load_training(chosen(*datasets)).parts
    return {
        part.name: part.source
        for part in parts
        if part.name in mixture.PICTURES and isinstance(part.source, ImageSource)
    }


def test_mnists_training_images_become_uploads_and_strokes_photographs() -> None:
    sources = drawn("mnist", "pen_strokes")
    assert {name: len(source.labels) for name, source in sources.items()} == {"uploads": 10, "photographs": 6}
    assert sources["uploads"].labels.tolist() == bars(10).labels.tolist()
    assert sources["photographs"].labels.tolist() == [7] * 6


def test_they_are_what_preprocessing_makes_of_them_and_no_two_alike() -> None:
    images = drawn("pen_strokes")["photographs"].images.numpy()
    expected = slices.prepare(slices.make_pen_slices(WRITERS["train"], options().seed)[1]).images
    assert (images == expected).all()
    assert len(np.unique(images, axis=0)) == 6


def test_no_other_pen_is_drawn_over_them() -> None:
    source = drawn("mnist")["uploads"]
    assert source.embellishment is None
    assert source.ink is not None
    assert source.ink.thickness[0] == 0


def test_without_strokes_nothing_is_photographed() -> None:
    assert set(drawn("mnist")) == {"uploads"}


def test_who_learns_from_pictures_is_validated_on_those_of_others() -> None:
    parts = mixture.load_validation(chosen("mnist", "pen_strokes"))
    assert {name: len(part) for name, part in parts.items()} == {
        "mnist": 3,
        "pen_drawings": 2,
        "uploads": 3,
        "photographs": 2,
    }
    assert set(mixture.load_validation(chosen("mnist", pictures=False))) == {"mnist", "pen_drawings"}
