"""One lesson: people label drawings in a new installation, and it refines. Then other writers and MNIST are read.

The school holds what all lessons share.
"""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from benchmarks.learning.installation import Installation, run_installation
from benchmarks.learning.people import SEED, Drawing, Posted, post_drawings
from benchmarks.learning.reading import Reading, read_slice
from benchmarks.learning.refining import Refined, refine
from benchmarks.learning.versions import Trainer, Version
from benchmarks.learning.writers import Halves, read_halves, take_in_turn
from training.data.pen_characters import PenCharacter
from training.data.slices import Slice, make_mnist_slices, make_pen_slices

EXAMINED = 3000  # digits of the other writers that every version reads


@dataclass(frozen=True)
class Lesson:
    """What was posted, what the refinement made of it, and how the version in use read before and after."""

    posted: list[Posted]
    refined: Refined
    before: Reading
    after: Reading


@dataclass(frozen=True)
class School:
    """What all lessons share: the files, the trainer of the first versions, and the digits that are read."""

    pen_digits: Path  # many writers with some digits each
    pendigits: Path  # some writers with many digits each
    trainer: Trainer
    say: Callable[[str], None] = field(default=print)

    @property
    def folder(self) -> Path:
        """The folder of this architecture."""
        return self.trainer.folder / self.trainer.architecture

    @property
    def data_dir(self) -> Path:
        """The folder of MNIST."""
        return self.trainer.data_dir

    @cached_property
    def halves(self) -> Halves:
        """The writers."""
        return read_halves([self.pen_digits, self.pendigits])

    @cached_property
    def start(self) -> Version:
        """The version that was trained on MNIST alone."""
        return self.trainer.train_on_mnist()

    @cached_property
    def reference(self) -> Version:
        """The version that was trained with the strokes of the half that labels, from the start."""
        return self.trainer.train_with_pens(self.halves.taught)

    @cached_property
    def before(self) -> Reading:
        """How that version reads."""
        return self.read_version(self.start)

    @cached_property
    def others(self) -> Slice:
        """Digits of the writers who label nothing, drawn on the page."""
        return draw_once(take_in_turn(self.halves.others, EXAMINED))

    @cached_property
    def mnist(self) -> Slice:
        """The test digits of MNIST, as they are."""
        return make_mnist_slices("test", self.data_dir, seed=1)[0]

    def read(self, installation: Installation) -> Reading:
        """Let the version in use read."""
        return Reading(read_slice(installation, self.others), read_slice(installation, self.mnist))

    def read_version(self, version: Version) -> Reading:
        """Let a version read in an installation of its own."""
        with run_installation(version) as installation:
            return self.read(installation)

    def teach(self, name: str, start: Version, drawings: Sequence[Drawing], before: Reading) -> Lesson:
        """Give a lesson to the version `start`, which reads as `before`."""
        self.say(f"{name}: {len(drawings):,} labels")
        folder = self.folder / f"lesson-{name}"
        shutil.rmtree(folder, ignore_errors=True)
        with run_installation(start, folder) as installation:
            posted = post_drawings(installation, drawings)
            refined = refine(installation, self.data_dir)
            after = self.read(installation) if refined.is_published else before
        self.say(refined.output.strip())
        return Lesson(posted, refined, before, after)


def draw_once(digits: Sequence[PenCharacter]) -> Slice:
    """Return the digits as pictures of the page's canvas, which are drawn now and not again for every version."""
    part = make_pen_slices(digits, SEED)[0]
    pictures = [part.make(index) for index in range(len(part))]
    return Slice(part.name, part.labels, pictures.__getitem__)
