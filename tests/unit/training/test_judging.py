"""Pen digits that a version reads as something else are not trained on."""

from shared.recognition.normalisation import Normalisation
from tests.unit.training.toy_data import Reader, pen_character
from training.judging import leave_out_doubtful
from training.teacher import Teacher


def kept(*labels: int, sureness: float = 9.0) -> list[int | str]:
    judge = Teacher(Reader(sureness), Normalisation())
    return [digit.label for digit in leave_out_doubtful([pen_character(label) for label in labels], judge)]


def test_what_is_read_as_another_digit_is_left_out_and_the_others_stay_in_order() -> None:
    assert kept(7, 4, 7, 1, 7) == [7, 7, 7]


def test_more_than_are_drawn_at_once_are_judged_too() -> None:
    assert kept(*[7, 4] * 600) == [7] * 600


def test_a_label_that_is_not_believed_is_left_out_even_where_nothing_else_is() -> None:
    assert kept(7, sureness=1.0) == []
