"""Loads the datasets that a recipe step names: the mixture to train on, the validation slices and the test slices.

The mixture also holds letters and made-up doodles, from which the network learns what is not a digit.
"""

import logging
from collections.abc import Callable, Collection

import numpy as np

from training.data.emnist import load_emnist_digits
from training.data.label_filter import Answer
from training.data.labelled_drawings import load_labelled_drawings
from training.data.labelled_images import LabelledImages, Split
from training.data.mnist import load_mnist
from training.data.parts import (
    TIMES_PICTURES,
    augmented,
    make_cut_part,
    make_not_digit_parts,
    make_pen_parts,
    make_picture_parts,
    name_files,
    select_pen_digits,
)
from training.data.pen_characters import read_pen_digits, read_pen_letters
from training.data.qmnist import load_qmnist
from training.data.slices import PreparedSlice, Slice, make_mnist_slices, make_slices, prepare, read_pen_slices
from training.data.sources import Mixture, Part, as_image_source
from training.data.writing_data import read_drawings
from training.errors import DataUnavailableError
from training.options import DataOptions, TrainingOptions
from training.recipes.recipe import SAME_FORMS, DatasetName, Settings

log = logging.getLogger(__name__)

LOADERS: dict[str, Callable[[Split, TrainingOptions], LabelledImages]] = {
    "mnist": lambda split, options: load_mnist(split, options.data_dir),
    "qmnist": lambda split, options: load_qmnist(split, options.data_dir),
    "emnist": lambda split, options: load_emnist_digits(split, options.data_dir),
    "labelled_drawings": lambda split, options: load_labelled_drawings(
        split, options.storage_url, options.storage_token
    ),
}


def load_training(
    settings: Settings, options: TrainingOptions, label_filter: Answer | None = None, share: float = 1.0
) -> Mixture:
    """Return all that an epoch trains on. `label_filter` answers for the version that checks the pen labels.

    `share` (0..1): how many of the pictures and pages are drawn, which takes minutes if all are.
    DataUnavailableError if data are missing or must not be mixed; the message says what to do.
    """
    check_mixture(settings, options)
    digits = read_pen_digits(options.pen_digits, "train") if options.pen_digits else []
    letters = read_pen_letters(options.pen_letters, "train") if options.pen_letters else []
    images = [name for name in settings.dataset if name != "pen_strokes"]
    parts = [Part(name, augmented(as_image_source(LOADERS[name]("train", options)), settings)) for name in images]
    if "pen_strokes" in settings.dataset:
        digits = select_pen_digits(digits, options, label_filter)
        parts += make_pen_parts(digits, settings.seed)
    if settings.pictures:
        parts += make_picture_parts(digits if "pen_strokes" in settings.dataset else [], settings, options, share)
    if settings.cut_digits:
        parts.append(make_cut_part(settings, options, label_filter, share))
    if settings.not_digit_weight > 0:
        drawings = read_drawings(options.doodles, "train") if options.doodles else None
        parts += make_not_digit_parts(digits, letters, drawings, settings.seed)
    log.info("one epoch: %s", " + ".join(f"{part.times} × {len(part.source.labels):,} {part.name}" for part in parts))
    for part in parts:
        log.debug("%s: sha256 %s", part.name, part.sha256())
    return Mixture(parts)


def check_mixture(settings: Settings, options: DataOptions) -> None:
    """DataUnavailableError for datasets that hold the same images in different splits, and for missing pen strokes."""
    if len(SAME_FORMS & set(settings.dataset)) > 1:
        raise DataUnavailableError(
            "Use only one of MNIST, QMNIST and EMNIST: they hold the same digits, split in different ways."
        )
    if "pen_strokes" in settings.dataset and not options.pen_digits:
        raise DataUnavailableError(
            "This recipe trains on pen strokes: give --pen-digits a file made by `python -m training.data.unipen`."
        )


def load_validation(settings: Settings, options: TrainingOptions) -> dict[str, LabelledImages]:
    """Return validation digits by slice. They stop a run early, and calibration is fitted on them."""
    parts = load_stored_validation(settings, options)
    parts |= {part.name: prepare(part).select_readable() for part in make_validation_slices(settings, options)}
    if empty := [name for name, part in parts.items() if not len(part)]:
        log.warning("no validation data in %s", ", ".join(empty))
    if len(empty) == len(parts):
        raise DataUnavailableError("There are no validation data: add another dataset to the recipe.")
    return {name: part for name, part in parts.items() if len(part)}


def load_stored_validation(settings: Settings, options: TrainingOptions) -> dict[str, LabelledImages]:
    """Return the validation digits that are stored as images."""
    return {name: LOADERS[name]("validation", options) for name in settings.dataset if name != "pen_strokes"}


def make_validation_slices(settings: Settings, options: TrainingOptions) -> list[Slice]:
    """Return the validation digits that are drawn as pictures. DataUnavailableError if a pen file has none."""
    slices = read_pen_slices(options.pen_digits, "validation", seed=1)
    if slices and not any(map(len, slices)):
        raise DataUnavailableError(f"{name_files(options.pen_digits)}: no validation writers.")
    kinds = {"pen_drawings"}
    if settings.pictures:
        kinds |= TIMES_PICTURES.keys()
        slices += make_mnist_slices("validation", options.data_dir, seed=1) if "mnist" in settings.dataset else []
    return [part for part in slices if len(part) and part.name.startswith(tuple(kinds))]


def load_test(
    datasets: Collection[DatasetName], options: TrainingOptions, earlier: Collection[str] = ()
) -> list[PreparedSlice]:
    """Return the test slices on which nothing was trained, and the test splits of datasets without a slice.

    `datasets` are those that the network was trained on, and `earlier` those of the versions that it depends on.
    """
    slices = make_slices("test", options.data_dir, options.pen_digits, options.pen_letters)
    prepared = [prepare(part) for part in slices if is_clean(part.name, {*datasets, *earlier})]
    others = {name: LOADERS[name]("test", options) for name in datasets if name not in {"mnist", "pen_strokes"}}
    return prepared + [
        PreparedSlice(name, part.images, part.labels, np.ones(len(part), bool))
        for name, part in others.items()
        if len(part)
    ]


def is_clean(slice_name: str, datasets: Collection[str]) -> bool:
    """Return whether no digit of the slice was trained on. EMNIST's training split holds MNIST's test writers."""
    return "emnist" not in datasets or slice_name not in {"mnist", "mnist_pictures", "uploads"}
