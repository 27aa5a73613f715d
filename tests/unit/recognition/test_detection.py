"""From maps to marks: peaks, copies of the page, tiles, and what is looked at. Maps are made by hand."""

import numpy as np
import pytest

from shared.recognition.page.detection import MOST_TILES, WHOLE_TILE, Found, PageMaps, find_marks
from shared.recognition.page.maps import MAPS, MULTIPLE, SEPARATORS
from tests.unit.recognition.square_reader import NOTHING, SURE, SquareReader, draw_squares, make_maps, put_digit

USUAL_TILES = 5  # one of each copy up to the usual one
SIDE = 336  # pixels
PAGE = np.zeros((SIDE, SIDE), np.uint8)  # its largest copy has its own size and no border of paper


def find_on_maps(maps: PageMaps) -> Found:
    """What is found on PAGE if the network sees `maps` on its largest copy, and nothing on the others."""
    return find_marks(PAGE, lambda tile: maps if tile.shape == PAGE.shape else make_maps(*tile.shape))


def place_marks(page, reader: SquareReader) -> list[tuple[int, int, int]]:
    """Left, top and height of the marks on the page, from top left to bottom right."""
    marks = find_marks(page, reader.compute_maps).marks
    return sorted((mark.box.left, mark.box.top, mark.box.height) for mark in marks)


def assert_found_once(squares: list[tuple[int, int, int]], found: list[tuple[int, int, int]], within: int = 2) -> None:
    assert len(found) == len(squares)
    assert np.abs(np.array(sorted(squares)) - np.array(found)).max() <= within


def test_a_peak_becomes_a_mark_with_its_box_digit_and_score() -> None:
    maps = make_maps(SIDE, SIDE)
    put_digit(maps, 21.5, 14.25, 10, 18, 1.0, digit=3)
    (mark,) = find_on_maps(maps).marks
    assert (mark.box.left, mark.box.top, mark.box.right, mark.box.bottom) == (16, 5, 27, 24)
    assert mark.sign == "3"
    assert mark.score == pytest.approx(1 / (1 + np.exp(-1)))
    assert mark.probabilities is not None
    assert mark.probabilities.sum() == pytest.approx(1)
    assert mark.probabilities.argmax() == 3


def test_a_separator_has_its_sign_and_no_probabilities() -> None:
    maps = make_maps(SIDE, SIDE)
    put_digit(maps, 20, 14, 4, 6, NOTHING)
    maps[1, 3, 5] = SURE
    maps[MAPS.separator.start + SEPARATORS.index(","), 3, 5] = 2
    (mark,) = find_on_maps(maps).marks
    assert (mark.sign, mark.probabilities) == (",", None)


def test_only_the_highest_of_neighbouring_cells_is_a_mark() -> None:
    maps = make_maps(SIDE, SIDE)
    for x, logit in ((17, 2.0), (21, 3.0), (25, 2.5)):
        put_digit(maps, x, 14, 10, 12, logit)
    (mark,) = find_on_maps(maps).marks
    assert mark.score == pytest.approx(1 / (1 + np.exp(-3)))


def test_peaks_with_a_score_below_a_tenth_are_left_out() -> None:
    maps = make_maps(SIDE, SIDE)
    put_digit(maps, 10, 14, 8, 12, -2.3)
    put_digit(maps, 40, 14, 8, 12, -2.1)
    (mark,) = find_on_maps(maps).marks
    assert mark.box.left == 36


def test_marks_lie_within_the_page_whatever_the_maps_say() -> None:
    maps = make_maps(SIDE, SIDE)
    for x, y in ((1, 1), (SIDE - 1, SIDE - 1), (1, SIDE - 1)):
        put_digit(maps, x, y, 30, 200, SURE)
    maps[MAPS.place.start + 3] *= 50  # heights of e ** 250 pixels
    for mark in find_on_maps(maps).marks:
        assert 0 <= mark.box.left < mark.box.right <= SIDE
        assert 0 <= mark.box.top < mark.box.bottom <= SIDE


def test_digits_of_all_sizes_are_found_on_the_copies_that_show_them_well() -> None:
    squares = [(20, 20, 500), (540, 20, 80), (540, 120, 36), (540, 200, 14), (600, 300, 8)]
    assert_found_once(squares, place_marks(draw_squares((560, 640), squares), SquareReader()), within=16)


def test_a_digit_that_two_copies_show_is_one_mark() -> None:
    squares = [(100, 100, 40)]
    reader = SquareReader()
    assert_found_once(squares, place_marks(draw_squares((320, 320), squares), reader))
    assert len(reader.shapes) == 5  # copies of 320, 160, 80, 40 and 20 pixels, of which two show it


@pytest.mark.parametrize("left", range(270, 330, 3))
def test_a_digit_at_the_border_of_a_tile_is_found_once(left: int) -> None:
    """Tiles of the copy that is twice as large as the page overlap at 576 to 640, which is 288 to 320 on the page."""
    squares = [(left, 100, 9), (40, left, 9)]
    assert_found_once(squares, place_marks(draw_squares((640, 640), squares), SquareReader()))


def test_small_digits_are_found_all_over_the_page() -> None:
    squares = [(x, y, 8) for x in range(2, 630, 24) for y in range(2, 630, 24)]
    assert_found_once(squares, place_marks(draw_squares((640, 640), squares), SquareReader()))


def test_only_the_tiles_with_small_digits_are_looked_at_on_a_larger_copy() -> None:
    reader = SquareReader()
    squares = [(x, 30, 8) for x in range(20, 200, 24)] + [(300, 400, 30)]
    assert_found_once(squares, place_marks(draw_squares((640, 640), squares), reader))
    assert len(reader.shapes) == USUAL_TILES + 1


def test_a_page_without_small_digits_is_not_enlarged() -> None:
    reader = SquareReader()
    place_marks(draw_squares((640, 640), [(300, 400, 30)]), reader)
    assert len(reader.shapes) == USUAL_TILES


@pytest.mark.parametrize("shape", [(640, 640), (3000, 4000), (4000, 300), (90, 9000), (1, 5000), (1300, 1300)])
def test_the_work_is_bounded_even_if_small_digits_seem_to_be_everywhere(shape: tuple[int, int]) -> None:
    sizes: list[int] = []

    def see_small(tile):
        sizes.append(tile.size)
        maps = make_maps(*tile.shape)
        maps[MAPS.small] = SURE
        return maps

    find_marks(np.zeros(shape, np.uint8), see_small)
    assert len(sizes) <= USUAL_TILES + MOST_TILES
    assert max(sizes) <= WHOLE_TILE**2


@pytest.mark.parametrize("shape", [(640, 640), (500, 640), (63, 640), (37, 35), (1, 5000)])
def test_every_tile_has_sides_that_the_network_takes(shape: tuple[int, int]) -> None:
    reader = SquareReader()
    place_marks(np.zeros(shape, np.uint8), reader)
    assert reader.shapes
    assert all(side % MULTIPLE == 0 for sides in reader.shapes for side in sides)


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_turned_digits_vote_for_the_turn_of_the_page(turns: int) -> None:
    maps = make_maps(SIDE, SIDE)
    put_digit(maps, 40, 14, 8, 12, SURE)
    maps[MAPS.turned.start + turns - 1, 2, 0:30:10] = SURE
    orientations = find_on_maps(maps).orientations
    assert orientations.argmax() == turns
    assert orientations[turns] == pytest.approx(3 / (1 + np.exp(-SURE)))
    assert orientations[0] == pytest.approx(1 / (1 + np.exp(-SURE)))


def test_a_mark_inside_another_is_dropped_and_touching_ones_are_kept() -> None:
    maps = make_maps(SIDE, SIDE)
    put_digit(maps, 14, 16, 16, 28, SURE)
    put_digit(maps, 14, 24, 12, 10, 2.0)  # within the first
    put_digit(maps, 30, 16, 16, 28, 3.0)  # beside the first
    assert [mark.score > 0.9 for mark in find_on_maps(maps).marks] == [True, True]


@pytest.mark.parametrize("side", [46, 90, 170, 300, 640])
def test_a_digit_that_fills_the_page_is_found_with_paper_around_it(side: int) -> None:
    page = np.full((side, side), 255, np.uint8)
    page[side // 8 : -side // 8, side // 8 : -side // 8] = 0  # a zero: most of the page is paper
    assert_found_once([(0, 0, side)], place_marks(page, SquareReader()), within=round(0.1 * side))


@pytest.mark.parametrize("side", [8, 14, 16, 20, 28, 40])
def test_the_smallest_pictures_are_looked_at(side: int) -> None:
    squares = [(1, 1, side - 2)]
    assert_found_once(squares, place_marks(draw_squares((side, side), squares), SquareReader()))


@pytest.mark.parametrize(("side", "copies"), [(20, 4), (50, 5)])
def test_the_copy_of_half_the_size_is_left_out_if_its_neighbours_show_all_digits(side: int, copies: int) -> None:
    reader = SquareReader()
    page = draw_squares((640, 640), [(100, 100, side), (300, 400, 20)])
    assert len(place_marks(page, reader)) == 2
    assert len(reader.shapes) == copies
