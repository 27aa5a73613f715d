"""Pen digits that a version reads as something else are not trained on."""

import torch
from torch import Tensor, nn

from shared.recognition.normalisation import Normalisation
from tests.unit.training.toy_data import pen_character
from training.judging import leave_out_doubtful
from training.teacher import Teacher


class Reader(nn.Module):
    """Sees a seven in everything, as surely as it was told."""

    def __init__(self, sureness: float) -> None:
        super().__init__()
        self.sureness = sureness

    def forward(self, images: Tensor) -> Tensor:
        assert images.shape[1:] == (1, 28, 28)
        assert float(images.amax((1, 2, 3)).min()) > 2  # there is ink on every one
        return torch.eye(10)[7].expand(len(images), 10) * self.sureness


def kept(*labels: int, sureness: float = 9.0) -> list[int | str]:
    judge = Teacher(Reader(sureness), Normalisation())
    return [digit.label for digit in leave_out_doubtful([pen_character(label) for label in labels], judge)]


def test_what_is_read_as_another_digit_is_left_out_and_the_others_stay_in_order() -> None:
    assert kept(7, 4, 7, 1, 7) == [7, 7, 7]


def test_more_than_are_drawn_at_once_are_judged_too() -> None:
    assert kept(*[7, 4] * 600) == [7] * 600


def test_a_label_that_is_not_believed_is_left_out_even_where_nothing_else_is() -> None:
    assert kept(7, sureness=1.0) == []
