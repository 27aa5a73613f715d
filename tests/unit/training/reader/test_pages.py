"""Batches of composed pages: they depend on the seed and their number alone, and turned pages keep their marks."""

import numpy as np
import pytest
import torch

from tests.unit.training.reader.made_up_hands import make_test_hands
from training.reader.pages import KINDS, ComposedBatches, Kind, make_batch, make_example, turn_page
from training.rendering.pages.page import Page
from training.rendering.pages.sheet import Mark


@pytest.fixture(scope="module")
def batches() -> ComposedBatches:
    return ComposedBatches(make_test_hands(), seed=5, pixels=30_000)


def test_a_batch_depends_on_its_number_and_not_on_those_before(batches: ComposedBatches) -> None:
    again = ComposedBatches(batches.hands, seed=5, pixels=30_000)
    _ = again[3]
    assert all(torch.equal(one, other) for one, other in zip(batches[7], again[7], strict=True))
    assert batches[7].pictures.shape != batches[8].pictures.shape or (batches[7].pictures != batches[8].pictures).any()


def test_another_seed_gives_other_batches(batches: ComposedBatches) -> None:
    other = ComposedBatches(batches.hands, seed=6, pixels=30_000)
    assert any(not torch.equal(batches[number].pictures, other[number].pictures) for number in range(2))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind.size))
def test_a_batch_holds_as_many_pages_as_its_pixels_allow(batches: ComposedBatches, kind: Kind) -> None:
    height, width = kind.size
    batch = make_batch(kind, batches.hands, np.random.default_rng(1), pixels=2 * height * width + 5)
    cells = (height // 4, width // 4)
    assert batch.pictures.shape == (2, 1, height, width)
    assert [tuple(part.shape) for part in batch[1:]] == [
        (2, 6, *cells),
        (2, 6, *cells),
        (2, *cells),
        (2, *cells),
        (2, 4, *cells),
    ]
    assert batch.pictures.dtype == torch.uint8


def test_digits_are_to_be_found_in_most_batches(batches: ComposedBatches) -> None:
    found = [bool((batches[number].heat[:, 0] == 1).any()) for number in range(12)]
    assert sum(found) >= 8


@pytest.mark.parametrize("turn", [1, 2, 3])
def test_a_turned_page_has_its_marks_where_its_ink_is(turn: int) -> None:
    picture = np.zeros((40, 60), np.uint8)
    picture[10:30, 5:15] = 255
    page = turn_page(Page(picture, [Mark("1", (5.0, 10.0, 15.0, 30.0))]), turn)
    left, top, right, bottom = (int(value) for value in page.marks[0].box)
    assert page.picture[top:bottom, left:right].all()
    assert int((page.picture > 0).sum()) == (bottom - top) * (right - left)
    assert (np.rot90(page.picture, -turn) == picture).all()


def test_some_pages_are_turned_and_keep_the_size_of_their_kind() -> None:
    hands, random = make_test_hands(), np.random.default_rng(0)
    examples = [make_example(KINDS[1], hands, random) for _ in range(60)]
    assert {page.picture.shape for page, _ in examples} == {KINDS[1].size}
    assert 0 < sum(turn > 0 for _, turn in examples) < 20
