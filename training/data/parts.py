"""Makes the parts of a mixture: pen digits, pictures, digits cut out of pages, and what is not a digit.

Characters and images come in, sources go out, each with how often an epoch uses it. What takes long to draw is drawn
here once, before a step begins.
"""

import logging
from collections.abc import Collection, Sequence
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
from training.data.label_filter import Answer, leave_out_bars, leave_out_doubtful, leave_out_unreadable
from training.data.labelled_images import LabelledImages
from training.data.pen_characters import PenCharacter
from training.data.slices import (
    Slice,
    enlarge,
    make_mnist_slices,
    make_pen_slices,
    not_digit_labels,
    prepare,
    take_evenly,
)
from training.data.sources import ImageSource, Part, as_image_source, as_stroke_source
from training.data.writing_data import load_writing_data
from training.errors import DataUnavailableError
from training.options import DataOptions
from training.recipes.recipe import Settings
from training.rendering.pages.forms import draw_form

log = logging.getLogger(__name__)

# How often an epoch uses each source. MNIST has 55,000 training images, the pen strokes some thousands.
TIMES_PEN_DIGITS = 4
TIMES_PEN_LETTERS = 2
TIMES_DOODLES = 2
TIMES_PICTURES = {"uploads": 2, "photographs": 2}  # slices, drawn from training digits
MOST_PICTURES = {"uploads": 10_000, "photographs": 3_000}  # drawing a picture takes up to a twentieth of a second
TIMES_DRAWINGS = 2
PAGES = 3000  # composed pages whose digits are cut out, about nine of each
TIMES_FORMS = 2
ADDED_STROKES = 8  # variants with added strokes of each zero, seven and bare one
FORMS = 2000  # digits in forms that few of the collected writers use
DOODLES, BOLD_DOODLES = 5100, 2400
SAME_PEN = InkChange(thickness=(0.0, 0.0))  # for pictures, whose line widths vary already
THICKEST_FORM_PX = 4.5
THICKEST_LETTER_PX = 4.5  # thicker letters run together and may look like digits
THICKEST_DOODLE_PX, THICKEST_BOLD_PX = 3.5, 4.5


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
    """Return pen digits, the same with strokes that some people add (slashed zeros, crossed sevens), and rare forms."""
    random = np.random.default_rng(seed)
    parts = [Part("pen_digits", as_stroke_source(digits), TIMES_PEN_DIGITS)]
    if added := [digit for _ in range(ADDED_STROKES) for digit in add_strokes(digits, random)]:
        parts.append(Part("added_strokes", as_stroke_source(added)))
    return [*parts, Part("forms", as_stroke_source(make_forms(FORMS, seed), THICKEST_FORM_PX), TIMES_FORMS)]


def make_forms(count: int, seed: int) -> list[PenCharacter]:
    """Return digits of hand-made forms, each digit as often, such as open fours and nines with flat tails."""
    random = np.random.default_rng(seed)
    digits = [index % 10 for index in range(count)]
    return [PenCharacter(digit, "hand-made form", tuple(draw_form(str(digit), random))) for digit in digits]


def make_picture_parts(
    digits: Sequence[PenCharacter], settings: Settings, options: DataOptions, share: float = 1.0
) -> list[Part]:
    """Return digits as uploads and photographs, after preprocessing. `share`: how many of them are drawn."""
    slices = make_mnist_slices("train", options.data_dir, settings.seed) if "mnist" in settings.dataset else []
    slices += make_pen_slices(digits, settings.seed) if digits else []
    slices = [
        take_evenly(part, round(share * MOST_PICTURES[part.name])) for part in slices if part.name in MOST_PICTURES
    ]
    log.info("drawing pictures")
    pictures = draw_slices(slices, TIMES_PICTURES)
    return [
        Part(name, replace(as_image_source(images), embellishment=None, ink=SAME_PEN), TIMES_PICTURES[name])
        for name, images in pictures.items()
    ]


def make_cut_part(settings: Settings, options: DataOptions, label_filter: Answer | None, share: float = 1.0) -> Part:
    """Return digits that were cut out of composed pages. What the label filter cannot read at all is left out."""
    cut = cut_from_pages(load_writing_data("train", options).make_hands(), round(share * PAGES), settings.seed)
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
