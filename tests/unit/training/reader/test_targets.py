"""Targets: where the maps of the reader should show a mark, and where nothing is learned."""

import numpy as np
import pytest

from shared.recognition.page.maps import SEPARATORS, STRIDE
from training.reader.targets import DIGIT, SEPARATOR, SMALL, Targets, make_targets
from training.rendering.pages.sheet import IGNORED, Mark

SIZE = (96, 128)
CENTRE = (10, 17)  # row and column of the cell with the middle of BOX
BOX = (60.0, 30.0, 80.0, 54.0)


def targets_of(*marks: Mark, turn: int = 0) -> Targets:
    return make_targets(marks, SIZE, turn)


def list_centres(heat: np.ndarray) -> list[tuple[int, ...]]:  # type: ignore[type-arg]
    return [tuple(place) for place in np.argwhere(heat == 1).tolist()]


def test_a_digit_is_a_peak_with_its_sign_its_middle_and_its_size() -> None:
    targets = targets_of(Mark("7", BOX))
    assert list_centres(targets.heat[DIGIT]) == [CENTRE]
    assert not targets.heat[SEPARATOR].any()
    assert targets.sign[CENTRE] == 7
    dx, dy, log_width, log_height = targets.place[:, *CENTRE]
    middle = ((CENTRE[1] + 0.5 + dx) * STRIDE, (CENTRE[0] + 0.5 + dy) * STRIDE)
    assert middle == pytest.approx((70, 42))
    assert (np.exp(log_width), np.exp(log_height)) == pytest.approx((20, 24))


@pytest.mark.parametrize("sign", SEPARATORS)
def test_a_separator_has_a_map_of_its_own(sign: str) -> None:
    targets = targets_of(Mark(sign, (68.0, 40.0, 73.0, 45.0)))
    assert list_centres(targets.heat[SEPARATOR]) == [CENTRE]
    assert not targets.heat[DIGIT].any()
    assert targets.sign[CENTRE] == 10 + SEPARATORS.index(sign)


@pytest.mark.parametrize("turn", [1, 2, 3])
def test_a_turned_digit_is_a_peak_in_the_map_of_its_turn_alone(turn: int) -> None:
    targets = targets_of(Mark("4", BOX), turn=turn)
    assert [channel for channel in range(5) if (targets.heat[channel] == 1).any()] == [1 + turn]
    assert targets.weight[DIGIT][CENTRE] == 1  # a 4 on its side is taught not to be an upright digit
    assert not targets.taught.any()


def test_a_turned_digit_that_looks_like_one_teaches_the_map_of_upright_digits_nothing() -> None:
    assert targets_of(Mark("6", BOX), turn=2).weight[DIGIT][CENTRE] == 0


def test_a_digit_that_looks_like_one_when_it_is_turned_does_not_teach_the_maps_of_turns() -> None:
    assert targets_of(Mark("8", BOX)).weight[2:5, *CENTRE].tolist() == [0, 0, 0]
    assert targets_of(Mark("4", BOX)).weight[2:5, *CENTRE].tolist() == [1, 1, 1]


@pytest.mark.parametrize(
    ("height", "heats", "weight"),
    [
        (8.0, [0, 1], 0),  # too small: a larger copy of the page shows it
        (10.0, [0, 0], 0),  # between: neither
        (12.0, [1, 0], 1),
        (45.0, [1, 0], 1),
        (50.0, [0, 0], 0),  # a smaller copy shows it as well
        (60.0, [0, 0], 1),  # too large: nothing is to be found
    ],
)
def test_only_digits_of_the_right_size_are_to_be_found(height: float, heats: list[int], weight: int) -> None:
    box = (70 - height / 3, 42 - height / 2, 70 + height / 3, 42 + height / 2)
    targets = targets_of(Mark("7", box))
    assert [int(targets.heat[channel][CENTRE]) for channel in (DIGIT, SMALL)] == heats
    assert targets.weight[DIGIT][CENTRE] == weight


@pytest.mark.parametrize("mark", [Mark(IGNORED, BOX), Mark("7", (-15.0, 30.0, 5.0, 54.0))])
def test_nothing_is_learned_where_nobody_can_say_what_is_right(mark: Mark) -> None:
    targets = targets_of(mark)
    assert not targets.heat.any()
    assert not targets.taught.any()
    row, column = int((mark.box[1] + mark.box[3]) / 8), max(0, int((mark.box[0] + mark.box[2]) / 8))
    assert not targets.weight[:, row, column].any()


def test_between_two_digits_a_cell_learns_the_nearer_one() -> None:
    targets = targets_of(Mark("1", (60.0, 30.0, 66.0, 54.0)), Mark("2", (66.0, 30.0, 72.0, 54.0)))
    assert (targets.sign[10, 15], targets.sign[10, 17]) == (1, 2)


def test_a_mark_that_ends_at_the_edge_of_the_picture_stays_inside_the_maps() -> None:
    targets = targets_of(Mark("3", (112.0, 76.0, 127.0, 95.0)))
    assert list_centres(targets.heat[DIGIT]) == [(21, 29)]
