"""Training digits in files and photographs, as the service's own preprocessing leaves them."""

from pathlib import Path

import numpy as np
import pytest

from tests.unit.training.toy_data import bars, options, pen_character
from training import mixture
from training.datasets.labelled_images import LabelledImages
from training.datasets.pen_strokes import PenCharacter
from training.evaluation import slices
from training.sources import ImageSource, Part

WRITERS = [pen_character(7) for _ in range(6)]


@pytest.fixture(autouse=True)
def bars_for_mnist(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of every split other ones, told apart by their number."""
    counts = {"train": 10, "validation": 3, "test": 2}

    def load(split: str, _: Path) -> LabelledImages:
        return bars(counts[split])

    monkeypatch.setattr(slices, "load_mnist", load)


def drawn(*datasets: str, digits: list[PenCharacter] = WRITERS) -> dict[str, Part]:
    return {part.name: part for part in mixture.draw_pictures(options(dataset=list(datasets)), digits)}


def test_mnists_training_images_become_uploads_and_strokes_photographs() -> None:
    parts = drawn("mnist", "pen_strokes")
    assert {name: len(part.source.labels) for name, part in parts.items()} == {"uploads": 10, "photographs": 6}
    assert parts["uploads"].source.labels.tolist() == bars(10).labels.tolist()
    assert parts["photographs"].source.labels.tolist() == [7] * 6


def test_they_are_what_preprocessing_makes_of_them_and_no_two_alike() -> None:
    source = drawn("pen_strokes")["photographs"].source
    assert isinstance(source, ImageSource)
    images = source.images.numpy()
    expected = slices.prepare(slices.make_pen_slices(WRITERS, options().seed)[1]).images
    assert (images == expected).all()
    assert len(np.unique(images, axis=0)) == 6


def test_no_other_pen_is_drawn_over_them() -> None:
    source = drawn("mnist", digits=[])["uploads"].source
    assert isinstance(source, ImageSource)
    assert source.embellishment is None
    assert source.ink is not None
    assert source.ink.thickness[0] == 0


def test_without_the_data_there_are_none() -> None:
    assert drawn("qmnist", digits=[]) == {}
