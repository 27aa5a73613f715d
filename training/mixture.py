"""The datasets that the options name, as one mixture to train on, with what is no digit, and their validation parts."""

import logging
from collections.abc import Callable, Container
from dataclasses import replace

import numpy as np

from training.augmentation.added_strokes import add_strokes
from training.augmentation.distortion import Distortion
from training.augmentation.ink import InkChange
from training.datasets.emnist import load_emnist_digits
from training.datasets.labelled_drawings import load_labelled_drawings
from training.datasets.labelled_images import DataUnavailableError, LabelledImages, Split
from training.datasets.mnist import load_mnist
from training.datasets.not_digits import make_not_digits
from training.datasets.pen_strokes import PenCharacter, read_pen_digits, read_pen_letters, split_of_writer
from training.datasets.qmnist import load_qmnist
from training.evaluation.slices import PreparedSlice, Slice, make_mnist_slices, make_pen_slices, make_slices, prepare
from training.judging import leave_out_bars, leave_out_doubtful
from training.options import Options
from training.sources import ImageSource, Mixture, Part, as_image_source, as_stroke_source
from training.teacher import load_teacher

log = logging.getLogger(__name__)

# How often an epoch goes through each source; MNIST is 55,000 images, the pen strokes some thousand.
TIMES_PEN_DIGITS = 4
TIMES_PEN_LETTERS = 2
ADDED_STROKES = 8  # how often each zero, seven and bare one is given strokes of its own
TIMES_MADE_UP = 2
NOT_DIGITS = 5100
PICTURES = {"uploads": 1, "photographs": 2}  # how often an epoch goes through each: slices, drawn of training digits
SAME_PEN = InkChange(thickness=(0.0, 0.0))  # of pictures, whose lines are thin and thick already
THICKEST_LETTER_PX = 4.5  # above, letters run together to something that may be a digit
THICKEST_NOT_DIGIT_PX = 3.5

LOADERS: dict[str, Callable[[Split, Options], LabelledImages]] = {
    "mnist": lambda split, options: load_mnist(split, options.data_dir),
    "qmnist": lambda split, options: load_qmnist(split, options.data_dir),
    "emnist": lambda split, options: load_emnist_digits(split, options.data_dir),
    "labelled_drawings": lambda split, options: load_labelled_drawings(
        split, options.storage_url, options.storage_token
    ),
}


def load_training(options: Options) -> Mixture:
    """DataUnavailableError with what to run, where something is not there or may not be mixed. ModelVersionError."""
    check_mixture(options)
    digits, letters = read_characters(options, "train")
    parts = [
        Part(name, augmented(as_image_source(LOADERS[name]("train", options)), options))
        for name in options.dataset
        if name != "pen_strokes"
    ]
    if "pen_strokes" in options.dataset:
        digits = leave_out_bars(digits)
        if options.judge and digits:
            digits = leave_out_doubtful(digits, load_teacher(options.judge, options))
        if not digits:
            raise DataUnavailableError(f"{options.pen_digits} holds nobody's strokes to train on.")
        parts.append(Part("pen_digits", as_stroke_source(digits), TIMES_PEN_DIGITS))
        random = np.random.default_rng(options.seed)
        if added := [digit for _ in range(ADDED_STROKES) for digit in add_strokes(digits, random)]:
            parts.append(Part("added_strokes", as_stroke_source(added)))
    if options.pictures:
        written = digits if "pen_strokes" in options.dataset else []
        for name, pictures in draw_pictures("train", options, written, options.seed).items():
            source = replace(as_image_source(pictures), embellishment=None, ink=SAME_PEN)
            parts.append(Part(name, source, PICTURES[name]))
    if options.not_digit_weight > 0 and letters:
        parts.append(Part("pen_letters", as_stroke_source(letters, THICKEST_LETTER_PX), TIMES_PEN_LETTERS))
    if options.not_digit_weight > 0:
        made_up = make_not_digits(NOT_DIGITS, [*digits, *letters], options.seed)
        parts.append(Part("made_up", as_stroke_source(made_up, THICKEST_NOT_DIGIT_PX), TIMES_MADE_UP))
    log.info("an epoch is %s", " + ".join(f"{part.times} × {len(part.source.labels):,} {part.name}" for part in parts))
    for part in parts:
        log.debug("%s: sha256 %s", part.name, part.sha256())
    return Mixture(parts)


def draw_pictures(split: Split, options: Options, digits: list[PenCharacter], seed: int) -> dict[str, LabelledImages]:
    """Digits of that split in files and photographs, as preprocessing leaves them, by the name of the slice."""
    slices = make_mnist_slices(split, options.data_dir, seed) if "mnist" in options.dataset else []
    slices += make_pen_slices(digits, seed) if digits else []
    log.info("drawing %s of %s", " and ".join(part.name for part in slices if part.name in PICTURES), split)
    return draw(slices, PICTURES)


def draw(slices: list[Slice], names: Container[str]) -> dict[str, LabelledImages]:
    """Those of these names, as preprocessing leaves them."""
    return {part.name: prepare(part).read() for part in slices if part.name in names}


def check_mixture(options: Options) -> None:
    """What holds the same images twice, once to train on and once to validate, is refused."""
    if len({"mnist", "qmnist", "emnist"} & set(options.dataset)) > 1:
        raise DataUnavailableError(
            "MNIST, QMNIST and EMNIST were made from the same forms and split otherwise: use one of them."
        )
    if "pen_strokes" in options.dataset and options.pen_digits is None:
        raise DataUnavailableError(
            "No pen strokes are named: give --pen-digits a file made by `python -m training.pen_strokes`."
        )


def read_characters(options: Options, split: Split) -> tuple[list[PenCharacter], list[PenCharacter]]:
    """(digits, letters) of that split's writers, less those who stay unseen; empty where no file is named."""
    digits = read_pen_digits(options.pen_digits, split) if options.pen_digits else []
    letters = read_pen_letters(options.pen_letters, split) if options.pen_letters else []
    return [d for d in digits if not is_unseen(d, options)], [d for d in letters if not is_unseen(d, options)]


def read_unseen_digits(options: Options) -> list[PenCharacter]:
    """Of the writers who would be learned from or validated on if they were not to stay unseen; never of test's."""
    digits = read_pen_digits(options.pen_digits) if options.pen_digits else []
    return [digit for digit in digits if is_unseen(digit, options) and split_of_writer(digit.writer) != "test"]


def is_unseen(character: PenCharacter, options: Options) -> bool:
    """By the option «unseen_writers»."""
    return character.writer.startswith(tuple(options.unseen_writers or ()))


def is_clean(slice_name: str, options: Options) -> bool:
    """Whether nothing of that slice may have been trained on: EMNIST's training digits hold MNIST's test writers'."""
    return "emnist" not in options.dataset or slice_name not in {"mnist", "mnist_pictures", "uploads"}


def augmented(source: ImageSource, options: Options) -> ImageSource:
    """By the option «augmentation»."""
    if options.augmentation == "none":
        source.embellishment = source.distortion = source.ink = None
    if options.augmentation == "mild":
        source.distortion = Distortion(rotation_deg=10, shear=0.1, scale=0.1, shift_px=1, elastic_px=0.8)
        source.ink = InkChange(thickness=(0.5, 0.7), softness=(0.2, 0.4), contrast=(0.2, 0.3), fading=(0.5, 0.2))
    return source


def load_validation(options: Options) -> dict[str, LabelledImages]:
    """Digits by dataset that nothing is learned from: what stops a run and calibrates."""
    parts: dict[str, LabelledImages] = {
        name: LOADERS[name]("validation", options) for name in options.dataset if name != "pen_strokes"
    }
    digits = read_pen_digits(options.pen_digits, "validation") if options.pen_digits else []
    if options.pen_digits:
        parts["pen_drawings"] = draw_pages(digits)
    if options.pictures:
        parts |= draw_pictures("validation", options, digits, seed=1)
    if options.unseen_writers:
        parts["unseen_writers"] = draw_pages(read_unseen_digits(options))
    if empty := [name for name, part in parts.items() if not len(part)]:
        log.warning("nothing to validate with in %s: left out", ", ".join(empty))
    if len(empty) == len(parts):
        raise DataUnavailableError("There is nothing to validate with: name another dataset as well.")
    return {name: part for name, part in parts.items() if len(part)}


def draw_pages(digits: list[PenCharacter]) -> LabelledImages:
    """As the network sees them when they are drawn on the page. DataUnavailableError where there are none."""
    if not digits:
        raise DataUnavailableError("The file of pen strokes holds nobody's digits to validate with.")
    return draw(make_pen_slices(digits, seed=1), {"pen_drawings"})["pen_drawings"]


def load_test(options: Options) -> list[PreparedSlice]:
    """The slices nothing of which was trained on, and the test parts of the datasets that make no slice themselves."""
    slices = make_slices("test", options.data_dir, options.pen_digits, options.pen_letters)
    prepared = [prepare(part) for part in slices if is_clean(part.name, options)]
    others = {name: LOADERS[name]("test", options) for name in options.dataset if name not in {"mnist", "pen_strokes"}}
    whole = [
        PreparedSlice(name, part.images, part.labels, np.ones(len(part), bool))
        for name, part in others.items()
        if len(part)
    ]
    return prepared + whole
