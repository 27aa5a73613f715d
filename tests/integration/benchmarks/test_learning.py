"""The benchmark of learning with real services: people draw and label, slices are read, versions are swapped."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from benchmarks.fairness.services import TOKEN
from benchmarks.learning.installation import Installation, run_installation
from benchmarks.learning.lesson import draw_once
from benchmarks.learning.parts.one_writer import find_worst
from benchmarks.learning.parts.swapping import swap_under_load
from benchmarks.learning.people import Drawing, draw_digits, post_drawings
from benchmarks.learning.reading import read_slice
from benchmarks.learning.refining import EVERY, list_suspected
from benchmarks.learning.versions import Version
from shared.recognition.model_version import read_current
from tests.unit.benchmarks.pages.toy_writers import make_character
from training.data.labelled_stream import stream_labelled_drawings
from training.data.slices import Slice

MODELS = Path(__file__).parents[3] / "models"
SHIPPED = Version(MODELS, "lenet5", read_current(MODELS, "lenet5"))
TWO_PEOPLE = [make_character(digit, writer) for writer in ("ward/w01", "ward/w02") for digit in (1, 4, 7)]


@pytest.fixture(scope="module")
def installation() -> Iterator[Installation]:
    with run_installation(SHIPPED) as running:
        yield running


def test_each_person_owns_what_it_drew_and_storage_has_what_it_said(installation: Installation) -> None:
    drawings = [*draw_digits(TWO_PEOPLE[:-1]), Drawing("ward/w02", draw_digits(TWO_PEOPLE)[-1].picture, 7, 3)]
    posted = {one.id: one.drawing for one in post_drawings(installation, drawings)}
    stored = {line.id: line for line in stream_labelled_drawings(installation.storage_url, TOKEN, newest=EVERY)}
    assert stored.keys() == posted.keys()
    assert all(stored[key].label == drawing.label for key, drawing in posted.items())
    owners = {(drawing.person, stored[key].owner) for key, drawing in posted.items()}
    assert len(owners) == len({owner for _, owner in owners}) == 2
    assert list_suspected(installation) == frozenset()


def test_pictures_and_images_are_read_by_the_version_in_use(installation: Installation) -> None:
    bars = np.zeros((2, 28, 28), np.uint8)
    bars[:, 4:24, 12:16] = 255
    assert read_slice(installation, Slice("mnist", np.array([1, 8]), lambda index: bars[index])).tolist() == [
        True,
        False,
    ]
    assert read_slice(installation, draw_once([make_character(1, "w")] * 3)).shape == (3,)


def test_the_writer_with_most_errors_comes_first() -> None:
    ones = [make_character(1, "good")] * 4
    wrong = [make_character(8, "bad", "bf")] * 2 + ones[:1]
    people = {"good": ones, "bad": [*wrong]}
    assert find_worst(SHIPPED, people) == ["bad", "good"]


def test_no_answer_is_lost_or_strange_while_versions_are_swapped(installation: Installation) -> None:
    versions = [SHIPPED, SHIPPED.copy_to(installation.models_dir, "other")]
    pictures = [drawing.picture for drawing in draw_digits(TWO_PEOPLE)]
    tally = swap_under_load(installation, versions, pictures, swaps=3)
    assert (tally.lost, tally.strange) == ([], [])
    assert set(tally.answers) == {SHIPPED.version, "other"}
