"""What stands behind a prediction, as HTML: ten bars, the image that the model saw, and where it looked.

The HTML always has the same shape, also before there is an answer, so nothing on the page moves. The bars of a rejected
drawing are grey and without numbers, because they would say that the model is sure of a digit.
"""

import numpy as np
from PIL import Image

from services.frontend.elements.answer import Verdict, percent
from services.frontend.elements.data_uri import encode, write_data_uri
from shared.contracts.inference import Prediction, Saliency

FOR, AGAINST = (255, 176, 32), (64, 140, 255)  # red, green, blue
SEES, LOOKS = "what it sees", "where it looks"
COLOURS = '<small class="for">amber: for it</small><small class="against">blue: against it</small>'
LATER = '<small class="plain">too busy to say,</small><small class="plain">comes by itself</small>'
NEVER = '<small class="plain">this model</small><small class="plain">can\'t say</small>'


def details_html(
    prediction: Prediction, verdict: Verdict, saliency: Saliency | None = None, *, is_external: bool = False
) -> str:
    """Without a saliency map nothing is laid over the image, and the colours are not explained.

    A map may come later, but not from an external model.
    """
    note = COLOURS if saliency is not None else NEVER if is_external else LATER
    seen = f"data:image/png;base64,{prediction.image}"
    glow = "" if saliency is None else f'<img class="glow" alt="" src="{saliency_picture(saliency)}">'
    tone = " rejected" if verdict.rejected else ""
    bars = "".join(_bar(prediction, digit, verdict) for digit in range(10))
    return f"""
<div class="details{tone}"><div class="bars" data-testid="bars">{bars}</div>
  <figure><img class="seen" data-testid="seen" alt="The 28 by 28 pixels that the model saw" src="{seen}">
    <figcaption>{SEES}</figcaption></figure>
  <figure><div class="looks" data-testid="looks" data-explained="{str(saliency is not None).lower()}">
    <img class="seen" alt="The same pixels; those that speak for the digit glow" src="{seen}">{glow}</div>
    <figcaption>{LOOKS}{note}</figcaption></figure>
</div>"""


def empty_details_html() -> str:
    """The details before there is an answer: frames and tracks without content."""
    bars = "".join(_bar(None, digit, None) for digit in range(10))
    return f"""
<div class="details empty" aria-hidden="true"><div class="bars">{bars}</div>
  <figure><div class="seen"></div><figcaption>{SEES}</figcaption></figure>
  <figure><div class="seen"></div><figcaption>{LOOKS}{COLOURS}</figcaption></figure>
</div>"""


def saliency_picture(saliency: Saliency) -> str:
    """28 rows of 28 values, -1 to 1 → a data URI to lay over the image. Amber is for the digit, blue against it."""
    strength = np.asarray(saliency, np.float32)
    pixels = np.empty((*strength.shape, 4), np.uint8)
    pixels[..., :3] = np.where(strength[..., None] > 0, FOR, AGAINST)
    pixels[..., 3] = np.abs(strength) * 255
    return write_data_uri(encode(Image.fromarray(pixels)))


def _bar(prediction: Prediction | None, digit: int, verdict: Verdict | None) -> str:
    """Empty without a prediction."""
    share = 0.0 if prediction is None else prediction.probabilities[digit]
    is_shown = prediction is not None and verdict is not None and not verdict.rejected
    is_top = is_shown and prediction is not None and digit == prediction.digit
    return bar_html(digit, share, percent(share) if is_shown else "", is_top=is_top)


def bar_html(digit: int, share: float, words: str, *, is_top: bool) -> str:
    """The bar of one digit, as long as its share, with words at its end. That of the answer stands out."""
    return (
        f'<div class="bar{" top" if is_top else ""}" data-digit="{digit}"><span>{digit}</span><div class="track">'
        f'<div class="fill" style="width:{share:.2%}"></div></div><span class="share">{words}</span></div>'
    )
