"""The HTML of an answer: the confidence in words, bars, alternatives, saliency."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from services.frontend.elements.answer import (
    alternatives,
    answer_html,
    describe_confidence,
    describe_label,
    percent,
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


def test_the_answer_shows_ten_bars() -> None:
    prediction = a_prediction(3, 0.8)
    html = answer_html(prediction, describe_confidence(prediction, 0.5))
    assert html.count('<div class="bar') == 1 + 10
    assert 'data-digit="3" data-id' in html
    assert "80.0% confident" in html


def test_the_answer_has_the_same_shape_with_and_without_a_saliency_map() -> None:
    without = a_prediction(3, 0.8)
    explained = without.model_copy(update={"saliency": [[0.0] * 28 for _ in range(28)]})
    verdict = describe_confidence(without, 0.5)
    plain, glowing = (answer_html(one, verdict, one.saliency) for one in (without, explained))
    assert ('data-explained="false"' in plain, 'class="glow"' in plain) == (True, False)
    assert ('data-explained="true"' in glowing, 'class="glow"' in glowing) == (True, True)


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
