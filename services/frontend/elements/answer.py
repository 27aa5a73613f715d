"""A prediction as HTML: the large digit, the confidence in words, ten bars, and the image that the model saw.

The HTML always has the same shape, so a new answer changes texts and widths but moves nothing on the page.
"""

from dataclasses import dataclass
from html import escape
from typing import Literal

import numpy as np
from PIL import Image

from services.frontend.elements.data_uri import encode, write_data_uri
from shared.contracts.inference import Prediction, Saliency
from shared.contracts.storage import NOT_A_DIGIT, TrueDigit, is_right

SURE, PROBABLE = 0.95, 0.75  # lowest confidence of a sure and of a probable answer
MIN_ALTERNATIVE = 0.001  # digits with a lower probability are not named
FOR, AGAINST = (255, 176, 32), (64, 140, 255)  # red, green, blue
LABEL_HINT = "Tap the right digit. Tap it again to take the label back."
REJECTION = "does not look like a digit"
Mark = Literal["unlabelled", "right", "wrong"]


@dataclass(frozen=True)
class Verdict:
    """The sentence beside the digit. `doubtful` answers are shown in grey."""

    words: str
    doubtful: bool


def describe_confidence(prediction: Prediction, digit_score_threshold: float) -> Verdict:
    """A drawing with a digit score below the threshold is rejected, whatever the confidence is."""
    first, second = rank_digits(prediction)[:2]
    if prediction.digit_score < digit_score_threshold:
        return Verdict(f"This {REJECTION}", doubtful=True)
    if prediction.confidence >= SURE:
        return Verdict("Sure", doubtful=False)
    if prediction.confidence >= PROBABLE:
        return Verdict(f"Probably a {first}", doubtful=False)
    return Verdict(f"Either {first} or {second}", doubtful=True)


def rank_digits(prediction: Prediction) -> list[int]:
    """The ten digits, the most probable first."""
    return sorted(range(10), key=lambda digit: -prediction.probabilities[digit])


def mark_label(digit: int, label: TrueDigit | None, *, rejected: bool = False) -> Mark:
    """Whether a stored prediction is right. To reject a drawing is right if it is not a digit."""
    if label is None:
        return "unlabelled"
    return "right" if is_right(digit, label, rejected=rejected) else "wrong"


def name_label(label: TrueDigit) -> str:
    """`3`, `not a digit`."""
    return "not a digit" if label == NOT_A_DIGIT else str(label)


def describe_label(digit: int, label: TrueDigit | None, *, rejected: bool = False) -> str:
    """`read as 3`, `read as 3, which is right`, `read as 3, but it is 5`, `rejected as not a digit, which is right`."""
    if rejected and label == NOT_A_DIGIT:
        return "rejected as not a digit, which is right"
    read = f"read as {digit}" + (f", but it {REJECTION}" if rejected and label is None else "")
    if label is None:
        return read
    return f"{read}, " + ("which is right" if label == digit else f"but it is {name_label(label)}")


def percent(share: float) -> str:
    """A share with one decimal. Only a share of exactly 1 is written as 100.0%."""
    return "> 99.9%" if 0.9995 <= share < 1 else f"{share:.1%}"


def answer_html(prediction: Prediction, verdict: Verdict, saliency: Saliency | None = None) -> str:
    """The whole answer. Without a saliency map nothing is laid over the image."""
    tone = "doubtful" if verdict.doubtful else "certain"
    model = prediction.model
    seen = f"data:image/png;base64,{prediction.image}"
    glow = "" if saliency is None else f'<img class="glow" alt="" src="{saliency_picture(saliency)}">'
    return f"""
<div class="answer {tone}" data-testid="answer" data-digit="{prediction.digit}" data-id="{prediction.id}">
  <div class="digit" role="status" aria-label="Read as {prediction.digit}">{prediction.digit}</div>
  <div class="verdict"><b>{verdict.words}</b>
    <span data-testid="confidence">{percent(prediction.confidence)} confident</span>
    <span data-testid="alternatives">{alternatives(prediction) or "&nbsp;"}</span>
    <small>{model.name} {model.version} · {prediction.elapsed_ms:.0f}&nbsp;ms</small></div>
  <figure><img class="seen" data-testid="seen" alt="The 28 by 28 pixels that the model saw" src="{seen}">
    <figcaption>what it sees</figcaption></figure>
  <figure><div class="looks" data-testid="looks" data-explained="{str(saliency is not None).lower()}">
    <img class="seen" alt="The same pixels; those that speak for the digit glow" src="{seen}">{glow}</div>
    <figcaption>where it looks</figcaption></figure>
</div>
<div class="bars" data-testid="bars">{"".join(_bar(prediction, digit) for digit in range(10))}</div>"""


def alternatives(prediction: Prediction) -> str:
    """The next two digits with their probabilities: `or 9 (30.4%), 3 (9.8%)`. Very improbable ones are left out."""
    named = [digit for digit in rank_digits(prediction)[1:3] if prediction.probabilities[digit] >= MIN_ALTERNATIVE]
    listed = ", ".join(f"{digit} ({percent(prediction.probabilities[digit])})" for digit in named)
    return f"or {listed}" if listed else ""


def saliency_picture(saliency: Saliency) -> str:
    """28 rows of 28 values, -1 to 1 → a data URI to lay over the image. Amber is for the digit, blue against it."""
    strength = np.asarray(saliency, np.float32)
    pixels = np.empty((*strength.shape, 4), np.uint8)
    pixels[..., :3] = np.where(strength[..., None] > 0, FOR, AGAINST)
    pixels[..., 3] = np.abs(strength) * 255
    return write_data_uri(encode(Image.fromarray(pixels)))


def empty_html(sentence: str) -> str:
    """The answer before there is one, with a sentence in place of the confidence."""
    return f"""
<div class="answer empty" data-testid="empty">
  <div class="digit" aria-hidden="true">?</div><div class="verdict"><b>{escape(sentence)}</b></div>
  <figure><div class="seen"></div><figcaption>what it sees</figcaption></figure>
  <figure><div class="seen"></div><figcaption>where it looks</figcaption></figure>
</div>
<div class="bars">{"".join(_empty_bar(digit) for digit in range(10))}</div>"""


def _bar(prediction: Prediction, digit: int) -> str:
    share = prediction.probabilities[digit]
    top = " top" if digit == prediction.digit else ""
    return (
        f'<div class="bar{top}" data-digit="{digit}"><span>{digit}</span><div class="track">'
        f'<div class="fill" style="width:{share:.2%}"></div></div><span class="share">{percent(share)}</span></div>'
    )


def _empty_bar(digit: int) -> str:
    return (
        f'<div class="bar"><span>{digit}</span><div class="track"><div class="fill" style="width:0"></div></div>'
        '<span class="share"></span></div>'
    )
