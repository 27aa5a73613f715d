"""Composed pages: what the marks say is what the picture shows, at every size and in every layout."""

import numpy as np
import pytest

from tests.unit.training.reader.made_up_hands import make_test_hands
from training.rendering.pages.forms import FORMS, draw_form
from training.rendering.pages.hand import ImageHand, PenHand, Type, choose_type
from training.rendering.pages.hands import Hands
from training.rendering.pages.ink import Ink, strengthen
from training.rendering.pages.layouts import LAYOUTS
from training.rendering.pages.page import Page, compose_page
from training.rendering.pages.rare_forms import RARE_FORMS
from training.rendering.pages.sheet import DIGITS, IGNORED, SEPARATORS, Mark, Sheet
from training.rendering.pages.slot import Slot
from training.rendering.pages.texts import make_amount, make_ones, make_text

SIZES = [(30, 120), (64, 256), (128, 192), (400, 300), (1500, 2000)]
WITH_DIGITS = sorted(LAYOUTS.keys() - {"nothing"})


@pytest.fixture(scope="module")
def hands() -> Hands:
    return make_test_hands()


def compose(hands: Hands, layout: str, seed: int, size: tuple[int, int] = (128, 192), digit_px: float = 26.0) -> Page:
    return compose_page(hands, size, layout, digit_px, np.random.default_rng(seed))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_same_seed_composes_the_same_page(hands: Hands, layout: str) -> None:
    one, same, other = (compose(hands, layout, seed) for seed in (3, 3, 4))
    assert (one.picture == same.picture).all()
    assert one.marks == same.marks
    assert (one.picture != other.picture).any()


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_fits_every_size(hands: Hands, layout: str, size: tuple[int, int]) -> None:
    for seed in range(2):
        page = compose(hands, layout, seed, size, digit_px=max(12.0, size[0] / 12))
        assert page.picture.shape == size
        assert page.picture.dtype == np.uint8
        assert {mark.sign for mark in page.marks} <= set(DIGITS + SEPARATORS + IGNORED)


def test_a_page_of_nothing_has_no_marks(hands: Hands) -> None:
    assert [compose(hands, "nothing", seed).marks for seed in range(20)] == [[]] * 20


@pytest.mark.parametrize("layout", WITH_DIGITS)
def test_a_layout_of_digits_writes_digits(hands: Hands, layout: str) -> None:
    marks = [mark for seed in range(10) for mark in compose(hands, layout, seed).marks]
    assert len({mark.sign for mark in marks} & set(DIGITS)) >= 5


@pytest.mark.parametrize("layout", WITH_DIGITS)
def test_every_mark_on_a_sheet_has_ink_at_each_side_of_its_box(hands: Hands, layout: str) -> None:
    """White paper and black ink alone, so that any darkness is ink; a sign's own box is tight around it."""
    for seed in range(6):
        sheet = Sheet(np.full((300, 400), 255, np.float32))
        write_on(sheet, hands, layout, seed)
        for mark in sheet.marks:
            if mark.sign in DIGITS and is_on(mark, sheet):
                assert_ink_reaches_the_sides(sheet.levels < 250, mark)


def write_on(sheet: Sheet, hands: Hands, layout: str, seed: int) -> None:
    LAYOUTS[layout](sheet, hands, Ink(1.0, 1.0, 0.0), 30.0, np.random.default_rng(seed))


def is_on(mark: Mark, sheet: Sheet) -> bool:
    left, top, right, bottom = mark.box
    return left >= 2 and top >= 2 and right <= sheet.width - 2 and bottom <= sheet.height - 2


def assert_ink_reaches_the_sides(ink: np.ndarray, mark: Mark) -> None:  # type: ignore[type-arg]
    left, top, right, bottom = mark.box
    x0, y0, x1, y1 = int(left) - 1, int(top) - 1, int(np.ceil(right)) + 1, int(np.ceil(bottom)) + 1
    inside = ink[y0:y1, x0:x1]
    rows, columns = np.nonzero(inside.any(axis=1))[0], np.nonzero(inside.any(axis=0))[0]
    assert len(rows), f"{mark} has no ink"
    assert rows[0] <= 3, mark
    assert rows[-1] >= inside.shape[0] - 4, mark
    assert columns[0] <= 3, mark
    assert columns[-1] >= inside.shape[1] - 4, mark


@pytest.mark.parametrize("kind", ["pen", "image", "type"])
def test_the_mark_of_a_written_digit_is_the_box_around_its_ink(hands: Hands, kind: str) -> None:
    hand = {"pen": PenHand(hands.everyone, 0.03, 0.3), "image": ImageHand(hands.images), "type": Type(hands.fonts[0])}
    for seed in range(30):
        layer = np.zeros((120, 240), np.uint8)
        mark = hand[kind].write(layer, str(seed % 10), Slot(40, 90, 50, 0.1, 4), np.random.default_rng(seed))
        ink = layer > 127
        rows, columns = np.nonzero(ink.any(axis=1))[0], np.nonzero(ink.any(axis=0))[0]
        around = (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1)
        np.testing.assert_allclose(mark.box, around, atol=2.1)


@pytest.mark.parametrize("seed", range(12))
def test_varied_type_keeps_its_mark_on_its_ink(hands: Hands, seed: int) -> None:
    layer = np.zeros((120, 160), np.uint8)
    random = np.random.default_rng(seed)
    mark = choose_type(hands.fonts, random).write(layer, str(seed % 10), Slot(40, 90, 50, 0.1, 4), random)
    rows, columns = np.nonzero(layer)
    around = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    np.testing.assert_allclose(mark.box, around, atol=1.1)
    assert 40 <= mark.height <= 60


@pytest.mark.parametrize("digit", DIGITS)
def test_a_form_of_a_digit_is_about_one_high_and_never_twice_the_same(digit: str) -> None:
    assert set(RARE_FORMS) == set(FORMS) == set(DIGITS)
    random = np.random.default_rng(4)
    drawn = [np.concatenate(draw_form(digit, random)) for _ in range(20)]
    assert all(0.7 <= np.ptp(points[:, 1]) <= 1.4 for points in drawn)
    assert len({points.tobytes() for points in drawn}) == len(drawn)


def test_ink_is_strengthened_until_a_person_can_read_it_and_no_more() -> None:
    plain, patterned = np.full((20, 20), 200, np.float32), np.full((20, 20), 200, np.float32)
    patterned[::2] = 140
    faint, strong = Ink(0.2, 0.1, 0.0), Ink(0.9, 0.1, 0.0)
    assert 0.3 < strengthen(faint, plain).writing < 0.4
    assert strengthen(faint, patterned).writing > 0.6
    assert strengthen(strong, plain) == strong


def test_a_digit_of_a_photographed_page_lies_where_its_mark_says(hands: Hands) -> None:
    """Of the same page with and without ink, the pictures differ in the boxes far more than elsewhere."""
    inside, outside = [], []
    for seed in range(12):
        page = compose(hands, "alone", seed, (160, 160), digit_px=40.0)
        paper = float(np.median(page.picture))
        away = np.abs(page.picture.astype(float) - paper)
        boxes = np.zeros(away.shape, bool)
        for mark in page.marks:
            left, top, right, bottom = (max(0, round(value)) for value in mark.box)
            boxes[top:bottom, left:right] = True
        if boxes.any():
            inside.append(float(np.percentile(away[boxes], 90)))
            outside.append(float(np.median(away[~boxes])))
    assert np.mean(inside) > 3 * np.mean(outside)


@pytest.mark.parametrize("make", [make_text, make_amount, make_ones])
def test_every_text_has_a_digit_and_only_signs_that_can_be_written(make) -> None:  # type: ignore[no-untyped-def]
    known = set(DIGITS + SEPARATORS + "=*#x+()$%~\u20ac\u00a3\u00a5F ")
    for seed in range(300):
        text = make(np.random.default_rng(seed))
        assert set(text) & set(DIGITS)
        assert set(text) <= known, text
