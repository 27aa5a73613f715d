"""A drawing of several digits as HTML: the number, how sure the model is, and each digit with what the model saw.

The HTML takes the place of the answer to one digit and has its height, so that nothing on the page moves. A digit that
was rejected is `?` in the number, as it is alone.
"""

import math
from collections.abc import Sequence
from html import escape

from services.frontend.elements.answer import REJECTION, SURE, percent, sign_answer
from shared.contracts.inference import Prediction
from shared.contracts.page import PageReading

SHORT, MEDIUM = 3, 7  # characters of a number that has large and middle-sized digits


def number_html(reading: PageReading, digit_score_threshold: float) -> str:
    """The number with its words."""
    predictions = [digit.prediction for digit in reading.digits]
    signs = [sign_answer(each.digit, rejected=each.digit_score < digit_score_threshold) for each in predictions]
    lines = [escape(line) for line in write_lines(reading, signs)]
    model, confidence = predictions[0].model, math.prod(prediction.confidence for prediction in predictions)
    is_rejected = any(each.digit_score < digit_score_threshold for each in predictions)
    sureness = "&nbsp;" if is_rejected else f"{percent(confidence)} confident"
    return f"""
<div class="answer number {choose_size(lines)}" data-testid="drawn-number" data-text="{" / ".join(lines)}">
  <div class="digit" role="status" aria-label="Read as {", ".join(lines)}">{"<br>".join(lines)}</div>
  <div class="verdict"><b>{describe_sureness(predictions, digit_score_threshold)}</b>
    <span data-testid="confidence">{sureness}</span>
    <small>{escape(str(model))}</small></div>
</div>"""


def number_details_html(reading: PageReading, digit_score_threshold: float) -> str:
    """Each digit with what the model saw of it, as high as the details of an answer."""
    tiles = "".join(_tile_html(digit.prediction, digit_score_threshold) for digit in reading.digits)
    return f'<div class="drawn-digits" data-testid="drawn-digits"><div tabindex="0">{tiles}</div></div>'


def write_lines(reading: PageReading, signs: Sequence[str]) -> list[str]:
    """The lines with these signs in place of the digits. People leave much room on a canvas, so spaces mean nothing."""
    numbers = (reading.numbers[number] for line in reading.lines for number in line.numbers)
    in_order = iter([signs[index] for number in numbers for index in number.digits])
    texts = [line.text.replace(" ", "") for line in reading.lines]
    return ["".join(next(in_order) if sign.isdigit() else sign for sign in text) for text in texts]


def choose_size(lines: list[str]) -> str:
    """The class of the digits' size."""
    longest = max(map(len, lines))
    if len(lines) > 1 or longest > MEDIUM:
        return "small"
    return "large" if longest <= SHORT else "middle"


def describe_sureness(predictions: Sequence[Prediction], digit_score_threshold: float) -> str:
    """`Sure`, or what is doubtful: `Not sure about 7 and 1`, `1 of 3 does not look like a digit`."""
    rejected = sum(each.digit_score < digit_score_threshold for each in predictions)
    if rejected:
        verb = REJECTION if rejected == 1 else REJECTION.replace("does", "do").replace("a digit", "digits")
        return f"{rejected} of {len(predictions)} {verb}"
    doubtful = [str(prediction.digit) for prediction in predictions if prediction.confidence < SURE]
    if not doubtful:
        return "Sure"
    *others, last = doubtful
    return f"Not sure about {', '.join(others)} and {last}" if others else f"Not sure about the {last}"


def _tile_html(prediction: Prediction, digit_score_threshold: float) -> str:
    is_rejected = prediction.digit_score < digit_score_threshold
    tone = "doubtful" if is_rejected or prediction.confidence < SURE else "certain"
    words = f"nearest {prediction.digit}" if is_rejected else percent(prediction.confidence)
    return (
        f'<figure class="{tone}"><img class="seen" alt="The 28 by 28 pixels that the model saw" '
        f'src="data:image/png;base64,{prediction.image}">'
        f"<figcaption><b>{sign_answer(prediction.digit, rejected=is_rejected)}</b> {words}</figcaption></figure>"
    )
