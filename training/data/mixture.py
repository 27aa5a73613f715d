"""Loads the datasets that a recipe step names: the mixture to train on, the validation slices and the test slices.

The mixture also holds letters and made-up doodles, from which the network learns what is not a digit.
"""

import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.data.augmentation.added_strokes import add_strokes
from training.data.augmentation.distortion import Distortion
from training.data.augmentation.ink import InkChange
from training.data.bold_doodles import make_bold_doodles
from training.data.cut_digits import cut_from_pages
from training.data.doodles import make_doodles
from training.data.emnist import load_emnist_digits
from training.data.label_filter import Answer, leave_out_bars, leave_out_doubtful, leave_out_unreadable
from training.data.labelled_drawings import load_labelled_drawings
from training.data.labelled_images import LabelledImages, Split
from training.data.mnist import load_mnist
from training.data.pen_characters import PenCharacter, read_pen_digits, read_pen_letters
from training.data.qmnist import load_qmnist
from training.data.slices import (
    PreparedSlice,
    Slice,
    enlarge,
    make_mnist_slices,
    make_pen_slices,
    make_slices,
    not_digit_labels,
    prepare,
    read_pen_slices,
    take_evenly,
)
from training.data.sources import ImageSource, Mixture, Part, as_image_source, as_stroke_source
from training.data.writing_data import load_writing_data, read_drawings
from training.errors import DataUnavailableError
from training.options import DataOptions, TrainingOptions
from training.recipes.recipe import SAME_FORMS, DatasetName, Settings

log = logging.getLogger(__name__)

# How often an epoch uses each source. MNIST has 55,000 training images, the pen strokes some thousands.
TIMES_PEN_DIGITS = 4
TIMES_PEN_LETTERS = 2
TIMES_DOODLES = 2
TIMES_PICTURES = {"uploads": 2, "photographs": 2}  # slices, drawn from training digits
MOST_PICTURES = {"uploads": 10_000, "photographs": 3_000}  # drawing a picture takes up to a twentieth of a second
TIMES_DRAWINGS = 2
PAGES = 3000  # composed pages whose digits are cut out, about nine of each
ADDED_STROKES = 8  # variants with added strokes of each zero, seven and bare one
DOODLES, BOLD_DOODLES = 5100, 2400
SAME_PEN = InkChange(thickness=(0.0, 0.0))  # for pictures, whose line widths vary already
THICKEST_LETTER_PX = 4.5  # thicker letters run together and may look like digits
THICKEST_DOODLE_PX, THICKEST_BOLD_PX = 3.5, 4.5

LOADERS: dict[str, Callable[[Split, TrainingOptions], LabelledImages]] = {
    "mnist": lambda split, options: load_mnist(split, options.data_dir),
    "qmnist": lambda split, options: load_qmnist(split, options.data_dir),
    "emnist": lambda split, options: load_emnist_digits(split, options.data_dir),
    "labelled_drawings": lambda split, options: load_labelled_drawings(
        split, options.storage_url, options.storage_token
    ),
}


def load_training(settings: Settings, options: TrainingOptions, label_filter: Answer | None = None) -> Mixture:
    """Return all that an epoch trains on. `label_filter` answers for the version that checks the pen labels.

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
        parts += make_picture_parts(digits if "pen_strokes" in settings.dataset else [], settings, options)
    if settings.cut_digits:
        parts.append(make_cut_part(settings, options, label_filter))
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


def select_pen_digits(
    digits: Sequence[PenCharacter], options: DataOptions, label_filter: Answer | None
) -> list[PenCharacter]:
    """Return the digits whose labels are credible. DataUnavailableError if none is left."""
    selected = leave_out_bars(digits)
    if label_filter and selected:
        selected = leave_out_doubtful(selected, label_filter)
    if not selected:
        raise DataUnavailableError(f"{name_files(options.pen_digits)}: no digits to train on.")
    return selected


def name_files(files: Sequence[Path]) -> str:
    """Return the names for a message."""
    return ", ".join(map(str, files))


def make_pen_parts(digits: Sequence[PenCharacter], seed: int) -> list[Part]:
    """Return pen digits, and the same with the strokes that some people add (slashed zeros, crossed sevens)."""
    random = np.random.default_rng(seed)
    parts = [Part("pen_digits", as_stroke_source(digits), TIMES_PEN_DIGITS)]
    if added := [digit for _ in range(ADDED_STROKES) for digit in add_strokes(digits, random)]:
        parts.append(Part("added_strokes", as_stroke_source(added)))
    return parts


def make_picture_parts(digits: Sequence[PenCharacter], settings: Settings, options: DataOptions) -> list[Part]:
    """Return digits as uploads and photographs, after preprocessing."""
    slices = make_mnist_slices("train", options.data_dir, settings.seed) if "mnist" in settings.dataset else []
    slices += make_pen_slices(digits, settings.seed) if digits else []
    slices = [take_evenly(part, MOST_PICTURES[part.name]) for part in slices if part.name in MOST_PICTURES]
    log.info("drawing pictures")
    pictures = draw_slices(slices, TIMES_PICTURES)
    return [
        Part(name, replace(as_image_source(images), embellishment=None, ink=SAME_PEN), TIMES_PICTURES[name])
        for name, images in pictures.items()
    ]


def make_cut_part(settings: Settings, options: DataOptions, label_filter: Answer | None) -> Part:
    """Return digits that were cut out of composed pages. What the label filter cannot read at all is left out."""
    cut = cut_from_pages(load_writing_data("train", options).make_hands(), PAGES, settings.seed)
    readable = leave_out_unreadable(cut, label_filter) if label_filter else cut
    return Part("cut_digits", replace(as_image_source(readable), embellishment=None, ink=SAME_PEN))


def make_not_digit_parts(
    digits: Sequence[PenCharacter],
    letters: Sequence[PenCharacter],
    drawings: NDArray[np.uint8] | None,
    seed: int,
) -> list[Part]:
    """Return letters and drawings (N, 28, 28), where there are any, and made-up doodles."""
    parts = [Part("pen_letters", as_stroke_source(letters, THICKEST_LETTER_PX), TIMES_PEN_LETTERS)] if letters else []
    if drawings is not None:
        parts.append(Part("drawings", as_image_source(prepare_drawings(drawings)), TIMES_DRAWINGS))
    doodles = make_doodles(DOODLES, [*digits, *letters], seed)
    bold = make_bold_doodles(BOLD_DOODLES, seed)
    return [
        *parts,
        Part("made_up", as_stroke_source(doodles, THICKEST_DOODLE_PX), TIMES_DOODLES),
        Part("made_up_bold", as_stroke_source(bold, THICKEST_BOLD_PX), TIMES_DOODLES),
    ]


def prepare_drawings(drawings: NDArray[np.uint8]) -> LabelledImages:
    """Pictures (N, 28, 28) of things that are not digits → images as the service makes them from large pictures."""
    large = Slice("drawings", not_digit_labels(len(drawings)), lambda index: enlarge(drawings[index]))
    return prepare(large).select_readable()


def augmented(source: ImageSource, settings: Settings) -> ImageSource:
    """Apply the setting `augmentation` to a source of stored images."""
    if settings.augmentation == "none":
        source.embellishment = source.distortion = source.ink = None
    if settings.augmentation == "mild":
        source.distortion = Distortion(rotation_deg=10, shear=0.1, scale=0.1, shift_px=1, elastic_px=0.8)
        source.ink = InkChange(thickness=(0.5, 0.7), softness=(0.2, 0.4), contrast=(0.2, 0.3), fading=(0.5, 0.2))
    return source


def draw_slices(slices: Sequence[Slice], kinds: Collection[str]) -> dict[str, LabelledImages]:
    """Preprocess the slices of these kinds, of all files. Returns slice name → readable images."""
    return {part.name: prepare(part).select_readable() for part in slices if part.name.startswith(tuple(kinds))}


def load_validation(settings: Settings, options: TrainingOptions) -> dict[str, LabelledImages]:
    """Return validation digits by slice. They stop a run early, and calibration is fitted on them."""
    names = [name for name in settings.dataset if name != "pen_strokes"]
    parts: dict[str, LabelledImages] = {name: LOADERS[name]("validation", options) for name in names}
    slices = read_pen_slices(options.pen_digits, "validation", seed=1)
    if slices and not any(map(len, slices)):
        raise DataUnavailableError(f"{name_files(options.pen_digits)}: no validation writers.")
    kinds = {"pen_drawings"}
    if settings.pictures:
        kinds |= TIMES_PICTURES.keys()
        slices += make_mnist_slices("validation", options.data_dir, seed=1) if "mnist" in settings.dataset else []
    parts |= draw_slices([part for part in slices if len(part)], kinds)
    if empty := [name for name, part in parts.items() if not len(part)]:
        log.warning("no validation data in %s", ", ".join(empty))
    if len(empty) == len(parts):
        raise DataUnavailableError("There are no validation data: add another dataset to the recipe.")
    return {name: part for name, part in parts.items() if len(part)}


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
