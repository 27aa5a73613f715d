"""The confidence in words."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from services.frontend.elements.answer import alternatives, answer_html, judge, percent, saliency_picture
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


@pytest.mark.parametrize(
    ("confidence", "words"), [(0.999, "Sure"), (0.8, "Probably a 3"), (0.55, "Torn between 3 and 8")]
)
def test_confidence_becomes_words(confidence: float, words: str) -> None:
    assert judge(a_prediction(3, confidence), 0.5).words == words


def test_a_low_digit_score_says_so_however_confident_the_network_is() -> None:
    verdict = judge(a_prediction(3, 0.999, digit_score=0.2), 0.5)
    assert verdict.words == "This does not look like a digit"
    assert verdict.doubtful


@pytest.mark.parametrize(("share", "words"), [(1, "100.0%"), (0.99999, "> 99.9%"), (0.9994, "99.9%"), (0, "0.0%")])
def test_what_is_not_certain_is_not_called_so(share: float, words: str) -> None:
    assert percent(share) == words


def test_the_answer_shows_ten_bars() -> None:
    prediction = a_prediction(3, 0.8)
    html = answer_html(prediction, judge(prediction, 0.5))
    assert html.count('<div class="bar') == 1 + 10
    assert 'data-digit="3" data-id' in html
    assert "80.0% confident" in html


def test_only_what_is_thinkable_is_an_alternative() -> None:
    assert alternatives(a_prediction(3, 0.6)) == "or 8 (40.0%)"
    assert alternatives(a_prediction(3, 0.9995)) == ""


def test_saliency_is_amber_for_the_digit_blue_against_it_and_clear_where_it_says_nothing() -> None:
    saliency = [[0.0] * 28 for _ in range(28)]
    saliency[3][4], saliency[5][6] = 1.0, -0.5
    data = saliency_picture(saliency).removeprefix("data:image/png;base64,")
    pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(data))))
    red, _, blue, alpha = pixels[3, 4]
    assert (red > blue, alpha) == (True, 255)
    red, _, blue, alpha = pixels[5, 6]
    assert (red < blue, alpha) == (True, 127)
    assert np.count_nonzero(pixels[..., 3]) == 2
