"""A prediction in words and as HTML: what the drawing was read as, and how sure the model is.

A rejected drawing has one answer, "does not look like a digit". Its nearest digit is named, but in small letters and
without a confidence. The HTML always has the same shape, so a new answer changes texts but moves nothing on the page.
"""

from dataclasses import dataclass
from html import escape
from typing import Literal

from shared.contracts.inference import Prediction
from shared.contracts.storage import NOT_A_DIGIT, TrueDigit, is_right

SURE, PROBABLE = 0.95, 0.75  # lowest confidence of a sure and of a probable answer
MIN_ALTERNATIVE = 0.001  # digits with a lower probability are not named
REJECTION = "does not look like a digit"
REJECTED_SIGN = "?"  # in the place of the digit
NO_DIGIT_SIGN = "–"  # of the label "not a digit"
Mark = Literal["unlabelled", "right", "wrong"]


@dataclass(frozen=True)
class Verdict:
    """The sentence beside the digit. `doubtful` answers are shown in grey, and `rejected` ones without their digit."""

    words: str
    doubtful: bool
    rejected: bool = False


def describe_confidence(prediction: Prediction, digit_score_threshold: float) -> Verdict:
    """A drawing with a digit score below the threshold is rejected, whatever the confidence is."""
    first, second = rank_digits(prediction)[:2]
    if prediction.digit_score < digit_score_threshold:
        return Verdict(f"This {REJECTION}", doubtful=True, rejected=True)
    if prediction.confidence >= SURE:
        return Verdict("Sure", doubtful=False)
    if prediction.confidence >= PROBABLE:
        return Verdict(f"Probably a {first}", doubtful=False)
    return Verdict(f"Either {first} or {second}", doubtful=True)


def rank_digits(prediction: Prediction) -> list[int]:
    """The ten digits, the most probable first."""
    return sorted(range(10), key=lambda digit: -prediction.probabilities[digit])


def sign_answer(digit: int, *, rejected: bool) -> str:
    """What stands for an answer in large letters: `7`, or `?` if the drawing was rejected."""
    return REJECTED_SIGN if rejected else str(digit)


def sign_label(label: TrueDigit) -> str:
    """What stands for a label in large letters: `7`, or `–` for "not a digit"."""
    return NO_DIGIT_SIGN if label == NOT_A_DIGIT else str(label)


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
    if rejected and label == digit:
        return f"rejected as not a digit, with {digit} as the nearest digit, which is right"
    read = "rejected as not a digit" if rejected else f"read as {digit}"
    if label is None:
        return read
    mark = mark_label(digit, label, rejected=rejected)
    return f"{read}, " + ("which is right" if mark == "right" else f"but it is {name_label(label)}")


def describe_stored(digit: int, confidence: float, *, rejected: bool) -> str:
    """How sure the answer of a stored prediction was: `99.2% confident`, `does not look like a digit (nearest: 7)`."""
    return f"{REJECTION} (nearest:\u00a0{digit})" if rejected else f"{percent(confidence)}\u00a0confident"


def percent(share: float) -> str:
    """A share with one decimal. Only a share of exactly 1 is written as 100.0%."""
    return "> 99.9%" if 0.9995 <= share < 1 else f"{share:.1%}"


def answer_html(prediction: Prediction, verdict: Verdict) -> str:
    """The digit with its words; the details are in answer_details.py."""
    tone = "rejected" if verdict.rejected else "doubtful" if verdict.doubtful else "certain"
    read = verdict.words if verdict.rejected else f"Read as {prediction.digit}"
    model = prediction.model
    return f"""
<div class="answer {tone}" data-testid="answer" data-digit="{prediction.digit}" data-id="{prediction.id}"
  data-rejected="{str(verdict.rejected).lower()}">
  <div class="digit" role="status" aria-label="{read}">{sign_answer(prediction.digit, rejected=verdict.rejected)}</div>
  <div class="verdict"><b>{verdict.words}</b>{_sureness_html(prediction, verdict)}
    <small>{escape(model.name)} {escape(model.version)} · {prediction.elapsed_ms:.0f}&nbsp;ms</small></div>
</div>"""


def alternatives(prediction: Prediction) -> str:
    """The next two digits with their probabilities: `or 9 (30.4%), 3 (9.8%)`. Very improbable ones are left out."""
    named = [digit for digit in rank_digits(prediction)[1:3] if prediction.probabilities[digit] >= MIN_ALTERNATIVE]
    listed = ", ".join(f"{digit} ({percent(prediction.probabilities[digit])})" for digit in named)
    return f"or {listed}" if listed else ""


def empty_answer_html(sentence: str) -> str:
    """The answer before there is one, with a sentence in place of the confidence."""
    return f"""
<div class="answer empty" data-testid="empty">
  <div class="digit" aria-hidden="true"></div><div class="verdict"><b>{escape(sentence)}</b></div>
</div>"""


def _sureness_html(prediction: Prediction, verdict: Verdict) -> str:
    if verdict.rejected:
        return f'<span data-testid="nearest">the nearest digit is {prediction.digit}</span>'
    return (
        f'<span data-testid="confidence">{percent(prediction.confidence)} confident</span>'
        f'<span data-testid="alternatives">{alternatives(prediction) or "&nbsp;"}</span>'
    )
