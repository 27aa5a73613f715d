"""Plots the results of a run: curves, confusion matrix, reliability diagram, worst mistakes and eight predictions.

Each function writes one PNG file and returns its figure. They use matplotlib's figure objects and not pyplot, whose
global state may need a screen and is not safe in threads.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter, PercentFormatter
from numpy.typing import NDArray
from torchmetrics.functional.classification import multiclass_confusion_matrix

from shared.recognition.normalisation import Images
from training.evaluation.measures import CALIBRATION_BINS
from training.evaluation.reliability import measure_reliability

Labels = NDArray[np.int64]  # (N,) in 0..9
Probabilities = NDArray[np.float32]  # (N, 10), rows sum to 1
Epochs = Sequence[Mapping[str, float]]  # the metrics of each epoch, as `training/reporting/epoch_log.py` reads them

MISTAKES, MISTAKES_A_ROW = 32, 8
FEW_DIGITS = 10  # with fewer, a single mistake changes a bin's accuracy by more than 0.1
DPI = 150
BLUE, ORANGE, GREEN, RED, VIOLET, GREY = "#2c5f8a", "#d97a1d", "#1b7f4d", "#c0392b", "#7d4fa3", "#9fb3c4"
PALE_BLUE = "#c9dbea"


def plot_run(
    folder: Path, epochs: Epochs, images: Images, labels: Labels, probabilities: Probabilities, *, part: str = "test"
) -> None:
    """Write all plots into the folder.

    images (N, 28, 28) uint8, labels (N,), probabilities (N, 10); `part` is the split they come from, for the titles.
    """
    plot_loss(epochs, folder / "loss.png")
    plot_accuracy(epochs, folder / "accuracy.png")
    plot_confusion_matrix(labels, probabilities, folder / "confusion_matrix.png", part)
    plot_reliability(labels, probabilities, folder / "reliability.png", part)
    plot_worst_mistakes(images, labels, probabilities, folder / "worst_mistakes.png", part)
    plot_test_predictions(images, labels, probabilities, folder / "test_predictions.png", part)


def plot_loss(epochs: Epochs, path: Path) -> Figure:
    """Plot training and validation loss.

    Training loss may stay above validation loss, because training digits are augmented, training labels are smoothed,
    and training uses the weights before averaging.
    """
    figure = Figure((7, 4.2), layout="constrained")
    axes = figure.subplots()
    draw_curve(axes, epochs, "train/loss", "training (augmented, smoothed)", ORANGE)
    draw_curve(axes, epochs, "validation/loss", "validation", BLUE)
    losses = np.array([epoch["validation/loss"] for epoch in epochs])
    if np.isfinite(losses).any():
        best = int(np.nanargmin(losses))
        axes.plot(best + 1, losses[best], "o", color=BLUE, label=f"best: epoch {best + 1}, {losses[best]:.4f}")
    axes.set(title="Loss by epoch", ylabel="cross-entropy", yscale="log")
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter("{x:g}")
    axes.yaxis.set_minor_formatter(NullFormatter())
    style_curves(axes, "upper right")
    return save_figure(figure, path)


def plot_accuracy(epochs: Epochs, path: Path) -> Figure:
    """Plot one curve for each validation slice. Epochs that are much worse than the last one are cut off."""
    figure = Figure((7, 4.2), layout="constrained")
    axes = figure.subplots()
    last = select_accuracies(epochs[-1])
    for number, (name, share) in enumerate(last.items()):
        label = "mean" if name == "accuracy" else name.replace("_", " ")
        colour = (BLUE, ORANGE, GREEN, VIOLET, RED, GREY)[number % 6]
        draw_curve(axes, epochs, f"validation/{name}", f"{label}: {share:.2%}", colour)
    lowest, worst = axes.get_ylim()[0], min(last.values(), default=0)
    axes.set_ylim(bottom=max(lowest, 1 - max(8 * (1 - worst), 0.02)))
    axes.set(title="Validation accuracy by epoch", ylabel="read right")
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    style_curves(axes, "lower right")
    return save_figure(figure, path)


def select_accuracies(epoch: Mapping[str, float]) -> dict[str, float]:
    """Return slice → accuracy (0..1), and the mean under `accuracy` if there are several slices."""
    prefix = "validation/"
    accuracies = {name.removeprefix(prefix): value for name, value in epoch.items() if name.startswith(prefix)}
    accuracies.pop("loss", None)
    if len(accuracies) == 2:  # with one slice, the mean equals its accuracy
        accuracies.pop("accuracy", None)
    return accuracies


def draw_curve(axes: Axes, epochs: Epochs, name: str, label: str, colour: str) -> None:
    """Draw the metric `name` of every epoch, counted from 1. An epoch without this metric leaves a gap."""
    numbers = [epoch["epoch"] + 1 for epoch in epochs]
    values = [epoch.get(name, np.nan) for epoch in epochs]
    axes.plot(numbers, values, ".-", color=colour, label=label)


def style_curves(axes: Axes, legend: Literal["upper right", "lower right"]) -> None:
    """Apply the style that all plots of curves share."""
    axes.set_xlabel("epoch")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.grid(alpha=0.3)
    axes.legend(frameon=False, loc=legend)
    axes.spines[["top", "right"]].set_visible(False)


def plot_confusion_matrix(labels: Labels, probabilities: Probabilities, path: Path, part: str = "test") -> Figure:
    """Plot the counts. Only mistakes are coloured by count, because the diagonal is so much larger."""
    counts = multiclass_confusion_matrix(torch.from_numpy(probabilities), torch.from_numpy(labels), 10).numpy()
    mistakes = counts * (1 - np.eye(10, dtype=np.int64))
    most = max(1, int(mistakes.max()))
    figure = Figure((6.2, 6.2), layout="constrained")
    axes = figure.subplots()
    axes.imshow(np.ma.masked_equal(mistakes, 0), cmap="Reds", vmin=0, vmax=most * 1.2)
    axes.imshow(np.ma.masked_not_equal(np.eye(10), 1), cmap="Blues", vmin=0, vmax=6)
    for (label, digit), count in np.ndenumerate(counts):
        if count:
            colour = "white" if mistakes[label, digit] > 0.6 * most else "black"
            axes.text(digit, label, f"{count:,}", ha="center", va="center", fontsize=9, color=colour)
    wrong = int(mistakes.sum())
    title = f"{wrong:,} of {len(labels):,} {part} digits misread ({1 - wrong / len(labels):.2%} right)"
    axes.set(title=title, xlabel="read as", ylabel="true digit", xticks=range(10), yticks=range(10))
    axes.set_xticks(np.arange(9) + 0.5, minor=True)
    axes.set_yticks(np.arange(9) + 0.5, minor=True)
    axes.grid(which="minor", color="#e4e8eb", linewidth=0.6)
    axes.tick_params(which="both", length=0)
    return save_figure(figure, path)


def plot_reliability(labels: Labels, probabilities: Probabilities, path: Path, part: str = "test") -> Figure:
    """Plot the accuracy in each confidence bin, and below it the number of digits. Bins with few digits are pale."""
    measured = measure_reliability(labels, probabilities)
    centres, width = (np.arange(CALIBRATION_BINS) + 0.5) / CALIBRATION_BINS, 0.92 / CALIBRATION_BINS
    colours = [PALE_BLUE if count < FEW_DIGITS else BLUE for count in measured.counts]
    figure = Figure((6, 6.8), layout="constrained")
    above, below = figure.subplots(2, sharex=True, height_ratios=[3, 1])
    above.bar(centres, np.nan_to_num(measured.accuracies), width, color=colours)
    above.plot([0, 1], [0, 1], "--", color="grey", linewidth=1, label="perfectly calibrated")
    above.plot(measured.confidences, measured.confidences, "D", color=ORANGE, markersize=4, label="mean confidence")
    title = f"Expected calibration error {measured.calibration_error:.2%} over {len(labels):,} {part} digits"
    above.set(title=title, ylabel="read right", ylim=(0, 1.02), xlim=(0, 1.01))
    above.yaxis.set_major_formatter(PercentFormatter(1))
    bars = below.bar(centres, measured.counts, width, color=GREY)
    below.bar_label(bars, [f"{count:,}" if count else "" for count in measured.counts], fontsize=7)
    below.margins(y=0.15)  # leaves room for the numbers above the bars
    below.set(xlabel="confidence", ylabel="digits", yscale="symlog", ylim=(0, None))
    below.yaxis.set_major_formatter("{x:,.0f}")
    below.xaxis.set_major_formatter(PercentFormatter(1))
    for axes in (above, below):
        axes.spines[["top", "right"]].set_visible(False)
    shares = [
        Patch(color=BLUE, label="read right"),
        Patch(color=PALE_BLUE, label=f"read right, fewer than {FEW_DIGITS} digits"),
    ]
    figure.legend(handles=[*shares, *above.lines], frameon=False, ncols=2, loc="outside lower center")
    return save_figure(figure, path)


def plot_worst_mistakes(
    images: Images, labels: Labels, probabilities: Probabilities, path: Path, part: str = "test"
) -> Figure:
    """Show the misread digits with the highest confidence, in falling order of confidence."""
    digits, confidences = probabilities.argmax(axis=1), probabilities.max(axis=1)
    wrong = np.flatnonzero(digits != labels)
    worst = wrong[np.argsort(-confidences[wrong], kind="stable")][:MISTAKES]
    rows = max(1, -(-len(worst) // MISTAKES_A_ROW))
    figure = Figure((10, 0.5 + 1.48 * rows), layout="constrained")
    shown = f", the {len(worst)} most confident" if len(worst) < len(wrong) else ""
    figure.suptitle(
        f"{len(wrong):,} of {len(labels):,} {part} digits misread{shown}: true digit → prediction, confidence"
    )
    grid = figure.subplots(rows, MISTAKES_A_ROW, squeeze=False)
    for axes in grid.flat:
        axes.set_axis_off()
    for axes, member in zip(grid.flat, worst, strict=False):
        title = f"{labels[member]} → {digits[member]}, {format_percent(confidences[member])}"
        draw_digit(axes, images[member], title, "black", "small")
    return save_figure(figure, path)


def plot_test_predictions(
    images: Images, labels: Labels, probabilities: Probabilities, path: Path, part: str = "test"
) -> Figure:
    """Show the first eight digits with prediction, confidence and true digit."""
    figure = Figure((9, 5.9), layout="constrained")
    figure.suptitle(f"The first eight {part} digits")
    grid = figure.subplots(2, 4)
    for axes in grid.flat:
        axes.set_axis_off()
    for axes, image, label, row in zip(grid.flat, images, labels, probabilities, strict=False):
        digit = int(row.argmax())
        title = f"read as {digit}, {format_percent(row[digit])}\ntrue digit {label}"
        draw_digit(axes, image, title, GREEN if digit == label else RED, "large")
    return save_figure(figure, path)


def draw_digit(axes: Axes, image: NDArray[np.uint8], title: str, colour: str, size: str) -> None:
    """Show an image (28, 28), white on black as the network receives it."""
    axes.imshow(image, cmap="gray", vmin=0, vmax=255)
    axes.set_title(title, color=colour, fontsize=size)


def format_percent(share: float) -> str:
    """Return the share as a percentage with one decimal, at most 99.9%, because no prediction is certain."""
    return f"{min(float(share), 0.999):.1%}"


def save_figure(figure: Figure, path: Path) -> Figure:
    """Write the figure as a PNG file."""
    figure.savefig(path, dpi=DPI, facecolor="white")
    return figure
