"""How an answer looks: the large digit, the confidence in words, ten bars, and the image the model saw.

HTML of a fixed shape, so that a new answer changes widths and text and moves nothing.
"""

from dataclasses import dataclass

from shared.contracts.inference import Prediction

SURE, PROBABLE = 0.95, 0.75


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


def answer_html(prediction: Prediction, verdict: Verdict) -> str:
    """The answer."""
    tone = "doubtful" if verdict.doubtful else "certain"
    model = prediction.model
    return f"""
<div class="answer {tone}" data-testid="answer" data-digit="{prediction.digit}" data-id="{prediction.id}">
  <div class="digit" role="status" aria-label="Read as {prediction.digit}">{prediction.digit}</div>
  <div class="verdict"><b>{verdict.words}</b>
    <span data-testid="confidence">{percent(prediction.confidence)} confident</span>
    <small>{model.name} {model.version} · {prediction.elapsed_ms:.0f} ms</small></div>
  <figure><img class="seen" data-testid="seen" alt="The 28 by 28 pixels the model saw"
    src="data:image/png;base64,{prediction.image}"><figcaption>what the model sees</figcaption></figure>
</div>
<div class="bars" data-testid="bars">{"".join(_bar(prediction, digit) for digit in range(10))}</div>"""


def empty_html(sentence: str) -> str:
    """What stands where the answer will be."""
    return f"""
<div class="answer empty" data-testid="empty">
  <div class="digit">?</div><div class="verdict"><b>{sentence}</b></div>
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
