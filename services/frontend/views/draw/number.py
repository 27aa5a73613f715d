"""A drawing of several digits as HTML: the number, how sure the model is, and each digit with what the model saw.

The HTML takes the place of the answer to one digit and has its height, so that nothing on the page moves.
"""

import math
from html import escape

from services.frontend.elements.answer import SURE, percent
from shared.contracts.inference import Prediction
from shared.contracts.page import PageReading

SHORT, MEDIUM = 3, 7  # characters of a number that has large and middle-sized digits
NOT_SAVED = "Numbers are not saved here"


def number_html(reading: PageReading) -> str:
    """The whole answer."""
    lines = [escape(line.text.replace(" ", "")) for line in reading.lines]  # people leave much room on a canvas
    predictions = [digit.prediction for digit in reading.digits]
    tiles = "".join(map(_tile_html, predictions))
    model, confidence = predictions[0].model, math.prod(prediction.confidence for prediction in predictions)
    return f"""
<div class="answer number {choose_size(lines)}" data-testid="drawn-number" data-text="{" / ".join(lines)}">
  <div class="digit" role="status" aria-label="Read as {", ".join(lines)}">{"<br>".join(lines)}</div>
  <div class="verdict"><b>{describe_sureness(predictions)}</b>
    <span data-testid="confidence">{percent(confidence)} confident</span>
    <small>{escape(str(model))}</small></div>
</div>
<div class="drawn-digits" data-testid="drawn-digits"><div tabindex="0">{tiles}</div></div>"""


def choose_size(lines: list[str]) -> str:
    """The class of the digits' size."""
    longest = max(map(len, lines))
    if len(lines) > 1 or longest > MEDIUM:
        return "small"
    return "large" if longest <= SHORT else "middle"


def describe_sureness(predictions: list[Prediction]) -> str:
    """`Sure`, or which digits are doubtful: `Not sure about 7 and 1`."""
    doubtful = [str(prediction.digit) for prediction in predictions if prediction.confidence < SURE]
    if not doubtful:
        return "Sure"
    *others, last = doubtful
    return f"Not sure about {', '.join(others)} and {last}" if others else f"Not sure about the {last}"


def _tile_html(prediction: Prediction) -> str:
    tone = "certain" if prediction.confidence >= SURE else "doubtful"
    return (
        f'<figure class="{tone}"><img class="seen" alt="The 28 by 28 pixels that the model saw" '
        f'src="data:image/png;base64,{prediction.image}">'
        f"<figcaption><b>{prediction.digit}</b> {percent(prediction.confidence)}</figcaption></figure>"
    )
