"""What the pages of one split are written with: digits of MNIST and of pen strokes, letters, pictures of other things.

Files come in, hands and the hashes of the data go out. Pages to train, to validate and to test never share a writer.
"""

import gzip
import hashlib
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.data.doodles import make_doodles
from training.data.labelled_images import LabelledImages, Split
from training.data.mnist import load_mnist
from training.data.pen_characters import PenCharacter, read_pen_digits, read_pen_letters
from training.errors import DataUnavailableError
from training.options import DataOptions
from training.rendering.pages.hands import Hands, make_hands

DOODLES, DOODLES_SEED = 700, 20
SIDE = 28  # pixels of a picture that is not a digit
PARTS = 10  # every tenth of these pictures is for validation, and the one after it for tests


@dataclass(frozen=True)
class WritingData:
    """The data of one split."""

    digits: Sequence[PenCharacter]
    images: LabelledImages
    letters: Sequence[PenCharacter]
    drawings: NDArray[np.uint8]  # (N, 28, 28), white on black

    def hashes(self) -> dict[str, str]:
        """Return the name and the hash of each part that is not empty, for the manifest."""
        parts: dict[str, Sequence[NDArray[np.generic]]] = {
            "mnist": [self.images.images, self.images.labels],
            "pen_digits": [stroke for character in self.digits for stroke in character.strokes],
            "pen_letters": [stroke for character in self.letters for stroke in character.strokes],
            "doodles": [self.drawings] if len(self.drawings) else [],
        }
        return {name: _hash(arrays) for name, arrays in parts.items() if arrays}

    def make_hands(self) -> Hands:
        """Prepare the hands. DataUnavailableError if no writer wrote enough digits."""
        hands = make_hands(
            self.digits,
            self.images.images,
            self.images.labels,
            self.letters,
            self.drawings,
            make_scenery_doodles(),
        )
        if not hands.writers:
            raise DataUnavailableError("The pen digits of this split have no writer of most digits: give more files.")
        return hands


def load_writing_data(split: Split, options: DataOptions) -> WritingData:
    """Load the data of that split. DataUnavailableError if they are missing or damaged."""
    if not options.pen_digits:
        raise DataUnavailableError(
            "Pages are composed of pen strokes: give --pen-digits a file made by `python -m training.data.unipen`."
        )
    return WritingData(
        digits=read_pen_digits(options.pen_digits, split),
        images=load_mnist(split, options.data_dir),
        letters=read_pen_letters(options.pen_letters, split) if options.pen_letters else [],
        drawings=read_drawings(options.doodles, split) if options.doodles else np.zeros((0, SIDE, SIDE), np.uint8),
    )


def make_scenery_doodles() -> list[PenCharacter]:
    """Made-up doodles of all kinds. They are no digits."""
    return make_doodles(DOODLES, [], DOODLES_SEED)


def read_drawings(path: Path, split: Split) -> NDArray[np.uint8]:
    """Read a gzipped file of N × 28 × 28 bytes → the pictures (N, 28, 28) of that split.

    DataUnavailableError if it is missing or something else.
    """
    try:
        content = gzip.decompress(path.read_bytes())
    except (OSError, EOFError, zlib.error) as error:
        raise DataUnavailableError(f"{path} cannot be read as gzipped pictures: {error}") from error
    if not content or len(content) % (SIDE * SIDE):
        raise DataUnavailableError(f"{path} does not hold pictures of {SIDE}×{SIDE} bytes.")
    pictures = np.frombuffer(content, np.uint8).reshape(-1, SIDE, SIDE)
    part = np.arange(len(pictures)) % PARTS
    chosen = {"train": part < PARTS - 2, "validation": part == PARTS - 2, "test": part == PARTS - 1}[split]
    return np.asarray(pictures[chosen])


def _hash(arrays: Sequence[NDArray[np.generic]]) -> str:
    sha = hashlib.sha256()
    for array in arrays:
        sha.update(np.ascontiguousarray(array).tobytes())
    return sha.hexdigest()
