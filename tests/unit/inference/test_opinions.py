"""What two networks think of a digit becomes one answer."""

import numpy as np
import pytest

from services.inference.opinions import Opinion, combine, make_opinion
from services.inference.recogniser import Recognitions
from shared.recognition.page.mark import Mark
from shared.recognition.page.pixel_box import PixelBox
from shared.recognition.reader_calibration import ReaderCalibration

BOX = PixelBox(0, 0, 10, 20)


def spread(**chances: float) -> np.ndarray:
    """(10,): the given chances of digits, named `d3` and so on. The others share what is left."""
    rest = (1 - sum(chances.values())) / (10 - len(chances))
    return np.array([chances.get(f"d{digit}", rest) for digit in range(10)])


def recognise(*probabilities: np.ndarray, score: float = 0.9) -> Recognitions:
    return Recognitions(np.stack(probabilities), np.full(len(probabilities), score))


@pytest.mark.parametrize(
    ("score", "expected"), [(0.3, 0.5), (0.65, 0.75), (1.0, 1.0), (0.1, 0.5 - 0.2 / 1.4), (0.0, 0.5 - 0.3 / 1.4)]
)
def test_the_digit_score_is_a_half_at_the_threshold(score: float, expected: float) -> None:
    mark = Mark(BOX, "3", score, spread(d3=0.9).astype(np.float32))
    assert make_opinion(mark, ReaderCalibration(digit_threshold=0.3)).digit_score == pytest.approx(expected)


def test_a_separator_gives_no_opinion() -> None:
    with pytest.raises(ValueError, match="separator"):
        make_opinion(Mark(BOX, ",", 0.9, None), ReaderCalibration())


def test_an_image_without_an_opinion_keeps_its_result() -> None:
    alone = recognise(spread(d1=0.8), spread(d2=0.8))
    both = combine(alone, [Opinion(spread(d7=0.99), 0.6), None])
    assert both.probabilities[1] == pytest.approx(alone.probabilities[1])
    assert both.digit_scores.tolist() == pytest.approx([0.6, 0.9])


def test_without_any_opinion_nothing_changes() -> None:
    alone = recognise(spread(d1=0.8))
    assert combine(alone, [None]) is alone


def test_two_networks_that_agree_are_surer_of_the_digit_than_of_any_other() -> None:
    both = combine(recognise(spread(d4=0.7)), [Opinion(spread(d4=0.7), 0.9)])
    assert both.probabilities[0] == pytest.approx(spread(d4=0.7))


def test_a_sure_reader_outvotes_the_recogniser() -> None:
    both = combine(recognise(spread(d1=0.99)), [Opinion(spread(d7=0.99), 0.9)])
    assert both.probabilities[0].argmax() == 7


def test_a_sure_recogniser_decides_where_the_reader_wavers() -> None:
    both = combine(recognise(spread(d5=0.99)), [Opinion(spread(d6=0.5, d5=0.45), 0.9)])
    assert both.probabilities[0].argmax() == 5


def test_probabilities_stay_probabilities_even_if_a_network_rules_a_digit_out() -> None:
    certain = np.eye(10)[3]
    both = combine(recognise(certain), [Opinion(np.eye(10)[8], 0.9)])
    assert both.probabilities[0].sum() == pytest.approx(1)
    assert (both.probabilities > 0).all()
