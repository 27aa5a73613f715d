"""Reads mutated pictures as inference does: each is read, or refused with a DrawingError."""

import itertools
import random
from collections.abc import Callable, Iterator, Sequence

from shared.recognition.errors import DrawingError
from shared.recognition.picture_file import is_quick
from shared.recognition.preprocessing import preprocess
from tests.fuzzing.mutation import mutate
from tests.fuzzing.seeds import make_seeds
from tests.shipped_reader import read_page


def list_mutations(seed: int, further_seeds: Sequence[bytes] = ()) -> Iterator[bytes]:
    """Mutated pictures without end, the same for the same seed. Some are mutations of mutations."""
    dice = random.Random(seed)
    for picture in itertools.cycle([*make_seeds(), *further_seeds]):
        mutated = mutate(picture, dice)
        yield mutated
        yield mutate(mutated, dice)


def read_drawing(data: bytes) -> bool:
    """Whether the drawing was read. Any error but DrawingError is a fault."""
    is_quick(data)
    return _is_read(preprocess, data)


def read_whole_page(data: bytes) -> bool:
    """The same for a page of digits."""
    return _is_read(read_page, data)


def read(data: bytes) -> bool:
    """Whether the picture was read as both."""
    drawing, page = read_drawing(data), read_whole_page(data)
    return drawing and page


def _is_read(reader: Callable[[bytes], object], data: bytes) -> bool:
    try:
        reader(data)
    except DrawingError:
        return False
    return True
