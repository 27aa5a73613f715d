"""The HTML of an answer: the confidence in words, bars, alternatives, saliency."""

import base64
import io
from typing import Literal

import numpy as np
import pytest
from PIL import Image

from services.frontend.elements.answer import (
    alternatives,
    answer_html,
    describe_confidence,
    describe_label,
    describe_stored,
    percent,
)
from services.frontend.elements.answer_details import (
    COLOURS,
    LATER,
    NEVER,
    details_html,
    empty_details_html,
    saliency_picture,
)
from shared.contracts.inference import Prediction

ID = "019aa5e2-0000-7000-8000-000000000000"


def a_prediction(digit: int, confidence: float, second: int = 8, digit_score: float = 0.9) -> Prediction:
    probabilities = [0.0] * 10
    probabilities[second] = 1 - confidence
    probabilities[digit] = confidence
    return Prediction.model_validate(
        {
            "id": ID,
            "digit": digit,
            "confidence": confidence,
            "probabilities": probabilities,
            "digit_score": digit_score,
            "model": {"name": "cnn", "version": "1"},
            "image": "",
            "elapsed_ms": 2,
        }
    )


@pytest.mark.parametrize(("confidence", "words"), [(0.999, "Sure"), (0.8, "Probably a 3"), (0.55, "Either 3 or 8")])
def test_confidence_becomes_words(confidence: float, words: str) -> None:
    assert describe_confidence(a_prediction(3, confidence), 0.5).words == words


def test_a_low_digit_score_rejects_the_drawing_even_if_the_confidence_is_high() -> None:
    verdict = describe_confidence(a_prediction(3, 0.999, digit_score=0.2), 0.5)
    assert verdict.words == "This does not look like a digit"
    assert verdict.doubtful


@pytest.mark.parametrize(("share", "words"), [(1, "100.0%"), (0.99999, "> 99.9%"), (0.9994, "99.9%"), (0, "0.0%")])
def test_only_a_share_of_1_is_written_as_100_percent(share: float, words: str) -> None:
    assert percent(share) == words


@pytest.mark.parametrize(
    ("label", "words"), [(None, "read as 3"), (3, "read as 3, which is right"), (5, "read as 3, but it is 5")]
)
def test_a_label_becomes_words(label: int | None, words: str) -> None:
    assert describe_label(3, label) == words


@pytest.mark.parametrize(
    ("label", "words"),
    [
        (None, "rejected as not a digit"),
        ("not_a_digit", "rejected as not a digit, which is right"),
        (5, "rejected as not a digit, but it is 5"),
        (3, "rejected as not a digit, with 3 as the nearest digit, which is right"),
    ],
)
def test_a_rejected_drawing_is_described_as_rejected_whatever_its_label_is(
    label: int | Literal["not_a_digit"] | None, words: str
) -> None:
    assert describe_label(3, label, rejected=True) == words


def test_the_answer_says_the_digit_and_shows_ten_bars() -> None:
    prediction = a_prediction(3, 0.8)
    verdict = describe_confidence(prediction, 0.5)
    html, details = answer_html(prediction, verdict), details_html(prediction, verdict)
    assert details.count('<div class="bar') == 1 + 10
    assert 'data-digit="3" data-id' in html
    assert "80.0% confident" in html
    assert '<div class="bar top" data-digit="3">' in details
    assert ">80.0%<" in details


def test_a_rejected_drawing_has_no_large_digit_no_confidence_and_no_green_bar() -> None:
    prediction = a_prediction(3, 0.992, digit_score=0.1)
    verdict = describe_confidence(prediction, 0.5)
    html, details = answer_html(prediction, verdict), details_html(prediction, verdict)
    assert 'role="status" aria-label="This does not look like a digit">?</div>' in html
    assert "the nearest digit is 3" in html
    assert "bar top" not in details
    assert "%" not in html
    assert ">99.2%<" not in details


def test_a_stored_answer_says_its_confidence_or_that_it_is_no_digit() -> None:
    assert describe_stored(7, 0.992, rejected=False) == "99.2%\u00a0confident"
    assert describe_stored(7, 0.992, rejected=True) == "does not look like a digit (nearest:\u00a07)"


def test_before_an_answer_there_are_ten_empty_bars_and_no_pictures() -> None:
    html = empty_details_html()
    assert html.count('<div class="bar') == 1 + 10
    assert "<img" not in html


def test_the_answer_has_the_same_shape_with_and_without_a_saliency_map() -> None:
    without = a_prediction(3, 0.8)
    explained = without.model_copy(update={"saliency": [[0.0] * 28 for _ in range(28)]})
    verdict = describe_confidence(without, 0.5)
    plain, glowing = (details_html(one, verdict, one.saliency) for one in (without, explained))
    assert ('data-explained="false"' in plain, 'class="glow"' in plain) == (True, False)
    assert ('data-explained="true"' in glowing, 'class="glow"' in glowing) == (True, True)


def test_the_colours_are_explained_only_if_there_are_any() -> None:
    without = a_prediction(3, 0.8)
    verdict, a_map = describe_confidence(without, 0.5), [[0.0] * 28 for _ in range(28)]
    notes = (
        details_html(without, verdict, a_map),
        details_html(without, verdict),
        details_html(without, verdict, is_external=True),
    )
    assert [[note in html for note in (COLOURS, LATER, NEVER)] for html in notes] == [
        [True, False, False],
        [False, True, False],
        [False, False, True],
    ]


def test_very_improbable_digits_are_not_named_as_alternatives() -> None:
    assert alternatives(a_prediction(3, 0.6)) == "or 8 (40.0%)"
    assert alternatives(a_prediction(3, 0.9995)) == ""


def test_saliency_is_amber_for_the_digit_blue_against_it_and_transparent_at_zero() -> None:
    saliency = [[0.0] * 28 for _ in range(28)]
    saliency[3][4], saliency[5][6] = 1.0, -0.5
    data = saliency_picture(saliency).removeprefix("data:image/png;base64,")
    pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(data))))
    red, _, blue, alpha = pixels[3, 4]
    assert (red > blue, alpha) == (True, 255)
    red, _, blue, alpha = pixels[5, 6]
    assert (red < blue, alpha) == (True, 127)
    assert np.count_nonzero(pixels[..., 3]) == 2
