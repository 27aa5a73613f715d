"""Test pages are the same in every run, and their truth says what is on them."""

from dataclasses import replace
from functools import cache
from itertools import combinations

import cv2
import numpy as np
import pytest

from benchmarks.pages.kinds import KINDS, Kind, compose
from benchmarks.pages.truth import Box, ComposedPage, bound, turn_box
from tests.unit.benchmarks.pages.toy_writers import make_toy_writers

WRITERS = make_toy_writers()
SMALL = [replace(kind, size_px=(900, 600), digit_px=(22, 30)) if kind.size_px else kind for kind in KINDS]  # faster
BY_NAME = pytest.mark.parametrize("kind", SMALL, ids=lambda kind: kind.name)
WITH_DIGITS = pytest.mark.parametrize("kind", [kind for kind in SMALL if kind.has_digits], ids=lambda kind: kind.name)


@cache
def make_page(name: str, index: int) -> ComposedPage:
    return compose(next(kind for kind in SMALL if kind.name == name), index, WRITERS)


def decode(page: ComposedPage) -> np.ndarray:  # type: ignore[type-arg]
    """The page upright, in grey levels."""
    picture = cv2.imdecode(np.frombuffer(page.picture, np.uint8), cv2.IMREAD_GRAYSCALE)
    return np.rot90(picture, -page.turns)


def cut(picture: np.ndarray, box: Box) -> np.ndarray:  # type: ignore[type-arg]
    left, top, right, bottom = box
    return picture[int(top) : int(np.ceil(bottom)) + 1, int(left) : int(np.ceil(right)) + 1]


@BY_NAME
def test_a_page_is_the_same_in_every_run(kind: Kind) -> None:
    assert compose(kind, 1, WRITERS) == make_page(kind.name, 1)


@BY_NAME
def test_no_two_pages_of_a_kind_are_alike(kind: Kind) -> None:
    assert make_page(kind.name, 0).picture != make_page(kind.name, 1).picture


@WITH_DIGITS
def test_every_sign_is_ink_on_the_picture(kind: Kind) -> None:
    for index in range(2):
        page = make_page(kind.name, index)
        picture = decode(page)
        assert picture.shape == (page.height, page.width)
        for sign in (sign for line in page.lines for sign in line.signs):
            left, top, right, bottom = sign.box
            assert left >= -1
            assert top >= -1
            assert right <= page.width + 1
            assert bottom <= page.height + 1
            assert np.ptp(cut(picture, sign.box).astype(int)) > 40


@WITH_DIGITS
def test_the_signs_of_a_line_are_those_of_its_text_from_left_to_right(kind: Kind) -> None:
    for line in make_page(kind.name, 0).lines:
        assert "".join(sign.text for sign in line.signs) == line.text.replace(" ", "")
        middles = [sign.box[0] + sign.box[2] for sign in line.signs]
        assert middles == sorted(middles)


@WITH_DIGITS
def test_no_two_lines_lie_over_each_other(kind: Kind) -> None:
    for index in range(2):
        lines = make_page(kind.name, index).lines
        for one, other in combinations(
            [bound([sign.box for sign in line.signs if sign.is_digit]) for line in lines], 2
        ):
            assert min(one[3], other[3]) - max(one[1], other[1]) < 0.5 * min(one[3] - one[1], other[3] - other[1])


@pytest.mark.parametrize("kind", [kind for kind in KINDS if not kind.has_digits], ids=lambda kind: kind.name)
def test_a_page_without_digits_has_no_lines_but_ink(kind: Kind) -> None:
    page = make_page(kind.name, 0)
    assert page.lines == ()
    assert np.ptp(decode(page).astype(int)) > 40


def test_the_cells_of_a_table_are_its_lines() -> None:
    for name in ("tables", "9×9 grids"):
        page = make_page(name, 0)
        (table,) = page.tables
        assert [" ".join(filter(None, cells)) for cells in table.cells] == [line.text for line in page.lines]
        assert all(any(cells) for cells in zip(*table.cells, strict=True))


def test_a_turned_page_has_the_digits_where_the_truth_says() -> None:
    kind = next(kind for kind in KINDS if len(kind.turns) > 1)
    for index, turns in enumerate(kind.turns):
        page = make_page(kind.name, index)
        assert page.turns == turns
        turned = cv2.imdecode(np.frombuffer(page.picture, np.uint8), cv2.IMREAD_GRAYSCALE)
        box = page.lines[0].signs[0].box
        seen = cut(turned, turn_box(box, turns, page.width, page.height))
        np.testing.assert_allclose(np.sort(seen.ravel()).mean(), cut(decode(page), box).mean(), atol=12)


def test_kinds_have_different_names() -> None:
    assert len({kind.name for kind in KINDS}) == len(KINDS)
