"""Reads mutated pictures: each is read, or refused with a DrawingError.

`make fuzz` runs it for a minute. `ARGS="--seconds 600 --seed 7"` runs it for longer, with other mutations.
A file that fails is kept as `fuzzing-failure.bin`, so that it can become a test.
"""

import argparse
import itertools
import random
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from shared.recognition.errors import DrawingError
from shared.recognition.picture_file import is_quick
from shared.recognition.preprocessing import preprocess
from tests.fuzzing.mutation import mutate
from tests.fuzzing.seeds import make_seeds
from tests.shipped_reader import read_page

FAILURE = Path("fuzzing-failure.bin")


def list_mutations(seed: int, further_seeds: Sequence[bytes] = ()) -> Iterator[bytes]:
    """Mutated pictures without end, the same for the same seed. Some are mutations of mutations."""
    dice = random.Random(seed)
    for picture in itertools.cycle([*make_seeds(), *further_seeds]):
        mutated = mutate(picture, dice)
        yield mutated
        yield mutate(mutated, dice)


def read(data: bytes) -> bool:
    """Whether the picture was read by both. Any error but DrawingError is a fault."""
    is_quick(data)
    read_by_all = True
    readers: tuple[Callable[[bytes], object], ...] = (preprocess, read_page)
    for reader in readers:
        try:
            reader(data)
        except DrawingError:
            read_by_all = False
    return read_by_all


def run(use: Callable[[bytes], bool], further_seeds: Sequence[bytes] = ()) -> None:
    """Uses mutated pictures until the time is over or one fails. `use` says whether a picture was accepted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    end, count, accepted = time.monotonic() + chosen.seconds, 0, 0
    for data in list_mutations(chosen.seed, further_seeds):
        if time.monotonic() > end:
            break
        try:
            accepted += use(data)
        except BaseException:
            FAILURE.write_bytes(data)
            raise
        count += 1
    print(f"{count} mutated pictures: {accepted} were read, {count - accepted} refused, none failed")


if __name__ == "__main__":
    run(read)
