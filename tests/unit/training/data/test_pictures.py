"""Training digits in files and photographs, after the service's own preprocessing."""

from pathlib import Path

import numpy as np
import pytest

from tests.unit.training.toy_data import bars, options, pen_character, quick_settings
from training.data import mixture, parts, slices
from training.data.labelled_images import LabelledImages
from training.data.sources import ImageSource
from training.recipes.recipe import Settings

WRITERS = {"train": [pen_character(7) for _ in range(6)], "validation": [pen_character(4) for _ in range(2)]}
OPTIONS = options(pen_digits=Path("digits"))


@pytest.fixture(autouse=True)
def bars_for_mnist(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replace MNIST by bars, with another number of them in each split."""
    counts = {"train": 10, "validation": 3, "test": 2}

    def load(split: str, _: Path) -> LabelledImages:
        return bars(counts[split])

    monkeypatch.setattr(slices, "load_mnist", load)
    monkeypatch.setitem(mixture.LOADERS, "mnist", lambda split, _: load(split, Path()))
    for module in (mixture, slices):
        monkeypatch.setattr(module, "read_pen_digits", lambda _, split: WRITERS[split])


def settings_for(*datasets: str, pictures: bool = True) -> Settings:
    return quick_settings(dataset=list(datasets), pictures=pictures, not_digit_weight=0.0)


def picture_sources(*datasets: str) -> dict[str, ImageSource]:
    loaded = mixture.load_training(settings_for(*datasets), OPTIONS).parts
    return {
        part.name: part.source
        for part in loaded
        if part.name in parts.TIMES_PICTURES and isinstance(part.source, ImageSource)
    }


def test_mnist_training_images_become_uploads_and_strokes_become_photographs() -> None:
    sources = picture_sources("mnist", "pen_strokes")
    assert {name: len(source.labels) for name, source in sources.items()} == {"uploads": 10, "photographs": 6}
    assert sources["uploads"].labels.tolist() == bars(10).labels.tolist()
    assert sources["photographs"].labels.tolist() == [7] * 6


def test_pictures_are_preprocessed_and_no_two_are_alike() -> None:
    images = picture_sources("pen_strokes")["photographs"].images.numpy()
    expected = slices.prepare(slices.make_pen_slices(WRITERS["train"], 1)[1]).images
    assert (images == expected).all()
    assert len(np.unique(images, axis=0)) == 6


def test_pictures_keep_their_pen() -> None:
    source = picture_sources("mnist")["uploads"]
    assert source.embellishment is None
    assert source.ink is not None
    assert source.ink.thickness[0] == 0


def test_without_strokes_there_are_no_photographs() -> None:
    assert set(picture_sources("mnist")) == {"uploads"}


def test_training_on_pictures_adds_pictures_of_other_digits_to_validation() -> None:
    loaded = mixture.load_validation(settings_for("mnist", "pen_strokes"), OPTIONS)
    assert {name: len(part) for name, part in loaded.items()} == {
        "mnist": 3,
        "pen_drawings": 2,
        "uploads": 3,
        "photographs": 2,
    }
    assert set(mixture.load_validation(settings_for("mnist", pictures=False), OPTIONS)) == {"mnist", "pen_drawings"}


def test_validation_measures_each_file_of_strokes_apart() -> None:
    loaded = mixture.load_validation(
        settings_for("pen_strokes"), options(pen_digits=(Path("unipen.jsonl"), Path("uci.jsonl")))
    )
    assert set(loaded) == {"pen_drawings", "photographs", "pen_drawings_uci", "photographs_uci"}


def test_only_some_of_many_strokes_become_photographs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "MOST_PICTURES", {"photographs": 3})
    assert len(picture_sources("pen_strokes")["photographs"].labels) == 3
    monkeypatch.setattr(parts, "MOST_PICTURES", {"photographs": 4})
    assert len(picture_sources("pen_strokes")["photographs"].labels) == 3  # every second of six
