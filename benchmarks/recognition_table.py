"""The answers of the inference service to labelled examples → the rows of the recognition benchmark.

Each row has a value and a 95 % interval, which says how much of the value may be chance.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from training.evaluation.intervals import bootstrap_interval, wilson_interval
from training.evaluation.measures import auroc, calibration_error
from training.rendering.shape_drawings import kind_of

TITLES = {
    "mnist": "MNIST test, as pixels",
    "mnist_pictures": "MNIST test, as 280×280 pictures",
    "uploads": "uploads: dark on white, 28×28 to 600×600, thin to very thick",
    "pen_drawings": "pen drawings: any place, size, pen and paper",
    "photographs": "photographs: shading, noise, tint, JPEG, ±8°",
    "pen_letters": "pen letters",
    "not_digits": "scribbles, faces, signs, words",
}


@dataclass(frozen=True)
class Answers:
    """The answers to the N examples of one slice. An unreadable example has no digit and the digit score 0."""

    name: str
    labels: NDArray[np.int64]  # (N,)
    readable: NDArray[np.bool_]  # (N,)
    probabilities: NDArray[np.float64]  # (N, 10)
    scores: NDArray[np.float64]  # (N,): digit scores

    @property
    def correct(self) -> NDArray[np.bool_]:
        """(N,): whether the digit is the label."""
        return np.asarray((self.probabilities.argmax(axis=1) == self.labels) & self.readable, np.bool_)


@dataclass(frozen=True)
class Row:
    """One row of the table."""

    what: str
    examples: int
    value: str
    interval: str


def tabulate(answers: dict[str, Answers], threshold: float, bars: NDArray[np.bool_]) -> Iterator[Row]:
    """All rows for the slices in `answers`. A drawing with a digit score below `threshold` is rejected.

    `bars` (N,) marks the pen digits that are straight lines but not labelled 1; it is empty without pen digits.
    """
    digits = ("mnist", "mnist_pictures", "uploads", "pen_drawings", "photographs")
    others = [name for name in answers if name.startswith(("pen_drawings_", "photographs_"))]
    for name in (*[name for name in digits if name in answers], *others):
        yield make_share_row(f"{find_title(name)}: accuracy", answers[name].correct)
    if bars.any():
        what = f"{TITLES['pen_drawings']}: accuracy without mislabelled bars"
        yield make_share_row(what, answers["pen_drawings"].correct[~bars])
    yield make_difference_row(answers["mnist"], answers["mnist_pictures"])
    for name in ("mnist", "pen_drawings"):
        if name in answers:
            yield make_calibration_row(answers[name])
    for name in ("mnist", "pen_drawings", "photographs", "pen_letters", "not_digits"):
        if name in answers:
            yield make_share_row(f"{TITLES[name]}: rejected", answers[name].scores < threshold)
    if "pen_drawings" in answers:
        for name in ("pen_letters", "not_digits"):
            if name in answers:
                yield make_auroc_row(answers["pen_drawings"], answers[name])


def find_title(name: str) -> str:
    """The words for a slice. The slices of a second file of pen digits end with the name of the file."""
    for kind in ("pen_drawings", "photographs"):
        if name.startswith(f"{kind}_"):
            return f"{kind.replace('_', ' ')} of {name.removeprefix(f'{kind}_')}"
    return TITLES[name]


def make_share_row(what: str, true: NDArray[np.bool_]) -> Row:
    """The share of true values in `true` (N,), with Wilson's interval."""
    low, high = wilson_interval(int(true.sum()), len(true))
    return Row(what, len(true), f"{true.mean():.2%}", f"{low:.2%} to {high:.2%}")


def make_difference_row(pixels: Answers, pictures: Answers) -> Row:
    """How much accuracy preprocessing costs, in percentage points. Both slices hold the same images."""
    difference = 100 * (pictures.correct.astype(float) - pixels.correct)
    low, high = bootstrap_interval(np.mean, difference)
    return Row(
        "280×280 pictures compared with pixels",
        len(difference),
        f"{difference.mean():+.2f} points",
        f"{low:+.2f} to {high:+.2f}",
    )


def make_calibration_row(answers: Answers) -> Row:
    """The expected calibration error over the readable examples."""

    def measure_error(rows: NDArray[np.float64]) -> float:  # rows (N, 11): probabilities and label
        return calibration_error(torch.from_numpy(rows[:, :10]), torch.from_numpy(rows[:, 10]).long())

    rows = np.column_stack([answers.probabilities, answers.labels])[answers.readable]
    low, high = bootstrap_interval(measure_error, rows)
    what = f"{TITLES[answers.name]}: calibration error"
    return Row(what, len(rows), f"{measure_error(rows):.2%}", f"{max(low, 0):.2%} to {high:.2%}")


def make_auroc_row(digits: Answers, others: Answers) -> Row:
    """How well the digit score separates digits from other drawings."""
    low, high = bootstrap_interval(auroc, digits.scores, others.scores)
    what = f"digit score, pen drawings against {TITLES[others.name]}: AUROC"
    return Row(
        what,
        len(digits.scores) + len(others.scores),
        f"{auroc(digits.scores, others.scores):.4f}",
        f"{low:.4f} to {min(high, 1):.4f}",
    )


def describe_rejected_kinds(answers: Answers, threshold: float) -> str:
    """A sentence with the share that is rejected of each kind of drawing in the slice `not_digits`."""
    kinds = np.array([kind_of(index) for index in range(len(answers.labels))])
    shares = {str(kind): (answers.scores[kinds == kind] < threshold).mean() for kind in dict.fromkeys(kinds)}
    listed = [f"{kind.replace('_', ' ')} {share:.0%}" for kind, share in shares.items()]
    return f"Rejected of each kind: {', '.join(listed)}"
