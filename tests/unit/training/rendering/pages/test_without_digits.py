"""What stands on pages without digits: pictures, empty forms, frames."""

import numpy as np
import pytest

from tests.unit.training.reader.made_up_hands import make_test_hands
from training.rendering.pages.layouts.empty_form import FIELDS, LETTERS, Field, write_empty_form
from training.rendering.pages.layouts.frames import draw_frame, draw_grid
from training.rendering.pages.patterns import PATTERNS
from training.rendering.pages.pictures import PICTURES, draw_picture
from training.rendering.pages.sheet import DIGITS


@pytest.mark.parametrize("make", dict.fromkeys(PICTURES), ids=lambda make: make.__name__)
def test_a_picture_has_more_than_one_stroke_or_many_points_and_about_fills_its_box(make) -> None:  # type: ignore[no-untyped-def]
    for seed in range(20):
        strokes = make(np.random.default_rng(seed))
        points = np.concatenate(strokes)
        assert len(strokes) > 1 or len(points) > 50
        assert -0.3 <= points.min() <= 0.3
        assert 0.6 <= points.max() <= 1.3


def test_pictures_differ() -> None:
    one, other = (np.concatenate(draw_picture(np.random.default_rng(seed))) for seed in (1, 2))
    assert one.shape != other.shape or not np.allclose(one, other)


def test_no_letter_of_a_form_looks_like_a_digit() -> None:
    assert not set(LETTERS) & set(DIGITS + "OoIl|SZBGgq")


@pytest.mark.parametrize("field", dict.fromkeys(FIELDS), ids=lambda field: field.__name__)
def test_a_field_is_printed_where_it_is_asked_for_and_says_its_height(field: Field) -> None:
    hands = make_test_hands()
    for seed in range(10):
        layer, frame = np.zeros((600, 900), np.uint8), np.zeros((600, 900), np.uint8)
        height = field(layer, frame, hands, (50, 50), 30.0, 0.6, np.random.default_rng(seed))
        rows, columns = np.nonzero(frame | layer)
        assert height >= 20
        assert 30 <= rows.min() <= 50 + height
        assert rows.max() <= 50 + height + 30
        assert columns.min() >= 30


def test_an_empty_form_prints_frames() -> None:
    for seed in range(5):
        layer, frame = np.zeros((300, 400), np.uint8), np.zeros((300, 400), np.uint8)
        write_empty_form(layer, frame, make_test_hands(), 25.0, np.random.default_rng(seed))
        assert frame.any()


@pytest.mark.parametrize("shape", [0.0, 0.65, 0.8, 0.9, 0.99])
def test_a_frame_reaches_the_edges_of_its_box_and_leaves_its_middle_free(shape: float) -> None:
    layer = np.zeros((80, 100), np.uint8)
    draw_frame(layer, (20, 10, 80, 60), shape, 1)
    rows, columns = np.nonzero(layer > 100)
    assert (columns.min(), columns.max(), rows.max()) == (20, 80, 60)
    assert not layer[25:45, 40:60].any()


def test_a_grid_has_thick_lines_around_its_blocks() -> None:
    layer = np.zeros((100, 100), np.uint8)
    draw_grid(layer, (10, 10), (8, 8), (9, 9), (1, 3), 3)
    thin, thick = layer[14, 17:20], layer[14, 33:36]
    assert (thin[[0, 2]] < 100).all()
    assert (thick > 200).all()


@pytest.mark.parametrize("make", PATTERNS, ids=lambda make: make.__name__)
def test_a_pattern_has_the_shape_of_the_paper_and_levels_from_0_to_1(make) -> None:  # type: ignore[no-untyped-def]
    y, x = np.mgrid[0:70, 0:90].astype(np.float32)
    for seed in range(5):
        pattern = make(x, y, np.random.default_rng(seed))
        assert pattern.shape == (70, 90)
        assert pattern.dtype == np.float32
        assert 0 <= pattern.min() < pattern.max() <= 1
