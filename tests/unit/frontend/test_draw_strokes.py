"""Strokes that stand apart may be several digits; strokes of one digit touch or nearly touch."""

import pytest

from services.frontend.session.sheet import SLATE, FabricJson, Strokes
from services.frontend.views.draw.strokes import MAX_STROKES, find_lines, has_several_parts
from tests.e2e.hand import FOUR, ONE, SEVEN, STAR, TWO, Stroke
from tests.unit.recognition.written_page import STROKES

SIDE = 280


def path(points: Stroke, scale: float = 1.0, left: float = 0.0, pen: int = 20) -> FabricJson:
    """A stroke as the canvas sends it: shares of the canvas become pixels."""
    pixels = [(SIDE * (left + x * scale), SIDE * y * scale) for x, y in points]
    (x0, y0), *rest = pixels
    return {"type": "Path", "path": [["M", x0, y0], *(["Q", x, y, x, y] for x, y in rest)], "strokeWidth": pen}


def drawing(*digits: list[Stroke], scale: float = 1.0) -> Strokes:
    """Each digit beside the one before, as wide as `scale` of the canvas."""
    return [path(stroke, scale, place * scale) for place, digit in enumerate(digits) for stroke in digit]


@pytest.mark.parametrize("digit", [SEVEN, ONE, TWO, FOUR, STAR])
def test_one_digit_of_the_browser_tests_is_one_part(digit: list[Stroke]) -> None:
    assert not has_several_parts(drawing(digit))


@pytest.mark.parametrize("digit", range(10))
def test_every_written_digit_is_one_part(digit: int) -> None:
    assert not has_several_parts(drawing(STROKES[digit], scale=0.8))


def test_a_five_whose_bar_does_not_touch_it_is_one_part() -> None:
    body = [(0.3, 0.2), (0.3, 0.45), (0.6, 0.6), (0.3, 0.85)]
    bar = [(0.36, 0.17), (0.7, 0.17)]
    assert not has_several_parts(drawing([body, bar]))


@pytest.mark.parametrize("digits", [(ONE, SEVEN), (FOUR, TWO), (ONE, ONE)])
def test_digits_beside_each_other_are_several_parts(digits: tuple[list[Stroke], ...]) -> None:
    assert has_several_parts(drawing(*digits, scale=0.45))


def test_digits_below_each_other_are_several_parts() -> None:
    above = [path([(0.3, 0.05), (0.7, 0.05), (0.5, 0.4)], pen=10)]
    below = [path([(0.5, 0.6), (0.5, 0.95)], pen=10)]
    assert has_several_parts(above + below)


def test_the_width_of_the_pen_belongs_to_a_stroke() -> None:
    apart = [path(ONE[0], left=0), path(ONE[0], left=0.1)]  # 28 pixels from line to line
    assert not has_several_parts(apart)
    thin = [{**stroke, "strokeWidth": 4} for stroke in apart]
    assert has_several_parts(thin)


def test_a_scribble_of_very_many_strokes_is_not_compared() -> None:
    assert not has_several_parts([path(ONE[0], 0.01, place / 100) for place in range(MAX_STROKES + 1)])


@pytest.mark.parametrize("nothing", [{"type": "Path", "path": []}, {"type": "Image", "src": "data:"}, {}])
def test_what_has_no_points_has_no_line(nothing: FabricJson) -> None:
    assert find_lines([nothing]) == []


def erase(points: Stroke) -> FabricJson:
    return {**path(points, pen=32), "stroke": SLATE.lower()}


BESIDE = drawing(ONE, SEVEN, scale=0.45)


def test_a_digit_that_was_erased_is_no_part() -> None:
    assert has_several_parts(BESIDE)
    seven = [(0.45 + 0.45 * x, 0.45 * y) for x, y in SEVEN[0]]
    assert not has_several_parts([*BESIDE, erase(seven)])
    assert has_several_parts([*BESIDE, erase(seven), path(SEVEN[0], 0.45, 0.45)])  # drawn again
    assert has_several_parts([*BESIDE, erase([(0.1, 0.9), (0.9, 0.9)])])  # erased where nothing is


def test_a_stroke_that_was_erased_in_the_middle_is_two_parts() -> None:
    assert has_several_parts([path(ONE[0]), erase([(0.3, 0.5), (0.7, 0.5)])])
    assert not has_several_parts([path(ONE[0]), erase([(0.3, 0.9), (0.7, 0.9)])])
    assert not has_several_parts([path(ONE[0]), erase([(0.5, 0.5)])][::-1])  # what is drawn later stays


def test_a_drawing_that_was_erased_has_no_lines() -> None:
    assert find_lines([path(ONE[0]), erase([(0.5, 0.1), (0.5, 0.9)])]) == []
