"""How an answer looks: the large digit, the confidence in words, ten bars, and the image the model saw.

HTML of a fixed shape, so that a new answer changes widths and text and moves nothing.
"""

import base64
import io
from dataclasses import dataclass
from html import escape

import numpy as np
from PIL import Image

from shared.contracts.inference import Explanation, Prediction

SURE, PROBABLE = 0.95, 0.75
THINKABLE = 0.001  # a digit less probable than this is no alternative
FOR, AGAINST = (255, 176, 32), (64, 140, 255)  # red, green, blue


@dataclass(frozen=True)
class Verdict:
    """What the page says beside the digit."""

    words: str
    doubtful: bool


def judge(prediction: Prediction, digit_score_threshold: float) -> Verdict:
    """The confidence in words."""
    ranked = sorted(range(10), key=lambda digit: -prediction.probabilities[digit])
    if prediction.digit_score < digit_score_threshold:
        return Verdict("This does not look like a digit", doubtful=True)
    if prediction.confidence >= SURE:
        return Verdict("Sure", doubtful=False)
    if prediction.confidence >= PROBABLE:
        return Verdict(f"Probably a {ranked[0]}", doubtful=False)
    return Verdict(f"Torn between {ranked[0]} and {ranked[1]}", doubtful=True)


def percent(share: float) -> str:
    """One decimal; what is not certain is never called 100 %."""
    return "> 99.9%" if 0.9995 <= share < 1 else f"{share:.1%}"


def answer_html(prediction: Prediction, verdict: Verdict, explanation: Explanation | None = None) -> str:
    """The answer. The place of the explanation is kept for it until it is there."""
    tone = "doubtful" if verdict.doubtful else "certain"
    model = prediction.model
    seen = f"data:image/png;base64,{prediction.image}"
    glow = "" if explanation is None else f'<img class="glow" alt="" src="{saliency_picture(explanation.saliency)}">'
    return f"""
<div class="answer {tone}" data-testid="answer" data-digit="{prediction.digit}" data-id="{prediction.id}">
  <div class="digit" role="status" aria-label="Read as {prediction.digit}">{prediction.digit}</div>
  <div class="verdict"><b>{verdict.words}</b>
    <span data-testid="confidence">{percent(prediction.confidence)} confident</span>
    <span data-testid="alternatives">{alternatives(prediction) or "&nbsp;"}</span>
    <small>{model.name} {model.version} · {prediction.elapsed_ms:.0f}&nbsp;ms</small></div>
  <figure><img class="seen" data-testid="seen" alt="The 28 by 28 pixels the model saw" src="{seen}">
    <figcaption>what it sees</figcaption></figure>
  <figure><div class="looks" data-testid="looks" data-explained="{str(explanation is not None).lower()}">
    <img class="seen" alt="The same pixels, aglow where they speak for the digit" src="{seen}">{glow}</div>
    <figcaption>where it looks</figcaption></figure>
</div>
<div class="bars" data-testid="bars">{"".join(_bar(prediction, digit) for digit in range(10))}</div>"""


def alternatives(prediction: Prediction) -> str:
    """The next two digits, those that are not out of the question: «or 9 (30.4%), 3 (9.8%)»."""
    ranked = sorted(range(10), key=lambda digit: -prediction.probabilities[digit])[1:3]
    thinkable = [digit for digit in ranked if prediction.probabilities[digit] >= THINKABLE]
    named = ", ".join(f"{digit} ({percent(prediction.probabilities[digit])})" for digit in thinkable)
    return f"or {named}" if named else ""


def saliency_picture(saliency: list[list[float]]) -> str:
    """28×28 of -1..1 → a data URI to lay over the image: amber speaks for the digit, blue against it."""
    strength = np.asarray(saliency, np.float32)
    pixels = np.empty((*strength.shape, 4), np.uint8)
    pixels[..., :3] = np.where(strength[..., None] > 0, FOR, AGAINST)
    pixels[..., 3] = np.abs(strength) * 255
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"


def empty_html(sentence: str) -> str:
    """What stands where the answer will be."""
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
