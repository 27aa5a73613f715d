"""A comparison → its sentence, with a figure for the drawings and one for the validation data.

The sentences say what differs, not what is wrong: people who write many sevens, or draw with a thin pen, may be read as
well as everybody else. The labels of an installation say that.
"""

import numpy as np
from numpy.typing import NDArray

from shared.contracts.drift import Measure
from training.drift.comparison import Comparison, Shares
from training.drift.histograms import EDGES, find_median

THAN = "than in the validation data"
# Measure → the beginning if the drawings have lower values, and if they have higher ones.
BEGINNINGS: dict[Measure, tuple[str, str]] = {
    "confidence": (
        "Answers are less sure than on the validation data",
        "Answers are surer than on the validation data",
    ),
    "digit_score": (
        "Drawings look less like digits than the validation data",
        "Drawings look more like digits than the validation data",
    ),
    "line_width": (f"Lines are thinner {THAN}", f"Lines are thicker {THAN}"),
    "size": (f"Digits are smaller on their pictures {THAN}", f"Digits are larger on their pictures {THAN}"),
    "darkness": (f"Ink is paler {THAN}", f"Ink is darker {THAN}"),
}
WRITTEN: dict[Measure, str] = {
    "line_width": "{drawings:.1f} px instead of {validation:.1f} px",
    "size": "the longer side takes {drawings:.0%} of the picture instead of {validation:.0%}",
    "darkness": "its contrast to the paper is {drawings:.0%} instead of {validation:.0%}",
}
MOST_DIGITS = 3  # digits that a sentence names
NAMED_CHANGE = 0.5  # of the largest change of a share; if one digit is more frequent, all others are a little rarer


def write_sentence(comparison: Comparison) -> str | None:
    """Return the sentence, or None if the drawings do not differ."""
    if not comparison.differs:
        return None
    if comparison.measure == "digit":
        return write_digits(comparison)
    beginning = BEGINNINGS[comparison.measure][comparison.delta > 0]
    if comparison.measure in WRITTEN:
        medians = [find_median(comparison.measure, part) for part in (comparison.drawings, comparison.validation)]
        figures = WRITTEN[comparison.measure].format(drawings=medians[0], validation=medians[1])
    else:
        figures = write_shares(comparison)
    return f"{beginning}: {figures}."


def write_digits(comparison: Comparison) -> str:
    """Name the digits whose shares changed most. People may simply need other numbers, and the sentence says so."""
    shares = compute_shares(comparison)
    change = np.abs(shares - comparison.validation)
    order = np.argsort(-change, kind="stable")
    named = [digit for digit in order[:MOST_DIGITS] if change[digit] >= NAMED_CHANGE * change.max()]
    parts = [
        f"{digit} is {shares[digit]:.0%} of the digits instead of {comparison.validation[digit]:.0%}" for digit in named
    ]
    return f"Other digits are drawn {THAN}: {', '.join(parts)}. People may simply need other numbers here."


def write_shares(comparison: Comparison) -> str:
    """Write which share of the drawings reaches the value at which the two distributions are furthest apart."""
    drawn, known = reach(compute_shares(comparison)), reach(comparison.validation)
    furthest = int(np.abs(drawn - known).argmax())
    value = EDGES[comparison.measure][1 + furthest]
    name, written = (
        ("confidence", f"{value:.0%}") if comparison.measure == "confidence" else ("digit score", f"{value}")
    )
    return f"{drawn[furthest]:.0%} have a {name} of {written} or more instead of {known[furthest]:.0%}"


def compute_shares(comparison: Comparison) -> Shares:
    """Return the share of the drawings in each bin."""
    shares: Shares = comparison.drawings / comparison.drawings.sum()
    return shares


def reach(shares: Shares) -> NDArray[np.float64]:
    """Shares (bins,) → (bins − 1,): the share at or above each inner edge."""
    return 1 - np.cumsum(shares)[:-1]
