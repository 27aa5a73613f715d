"""Draws docs/images/learning.png: how other writers are read by number of labels, and four writers before and after."""

from collections.abc import Mapping
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from benchmarks.learning.outcome import Outcome
from training.reporting.plots import BLUE, GREEN, GREY, ORANGE, save_figure


def plot_outcomes(outcomes: Mapping[str, Outcome], path: Path) -> Figure | None:
    """Draw what was measured. Nothing is written if neither part was."""
    panels = [(name, draw) for name, draw in (("others", draw_curve), ("writers", draw_writers)) if name in outcomes]
    if not panels:
        return None
    figure = Figure((5.5 * len(panels), 4.2), layout="constrained")
    for axes, (_, draw) in zip(figure.subplots(1, len(panels), squeeze=False).flat, panels, strict=True):
        draw(axes, outcomes)
        axes.spines[["top", "right"]].set_visible(False)
    return save_figure(figure, path)


def draw_curve(axes: Axes, outcomes: Mapping[str, Outcome]) -> None:
    """Draw accuracy against labels, and the version that was trained with strokes as a line."""
    points, fewer = outcomes["others"].points, outcomes.get("curve", Outcome(rows=[])).points
    labels = [0, *fewer.get("labels", []), *points["labels"]]
    shares = [*points["before"], *fewer.get("after", []), *points["after"]]
    places = range(len(labels))  # the steps between the numbers of labels differ too much for a linear axis
    axes.axhline(points["reference"][0], color=GREEN, linestyle="--", label="trained with strokes from the start")
    axes.plot(places, shares, "o-", color=BLUE, label="refined from labels")
    if "flipped" in outcomes:
        axes.plot(places[-1], outcomes["flipped"].points["after"][0], "D", color=ORANGE, label="30 % of labels flipped")
    axes.set_xticks(places, [f"{count:,.0f}" for count in labels])
    axes.set(title="Digits of writers who labelled nothing", xlabel="labels by other people", ylabel="read rightly")
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    axes.grid(alpha=0.3)
    axes.legend(frameon=False, loc="lower right")


def draw_writers(axes: Axes, outcomes: Mapping[str, Outcome]) -> None:
    """Draw two bars for each writer."""
    points = outcomes["writers"].points
    places = range(len(points["before"]))
    for shift, name, colour in ((-0.2, "before", GREY), (0.2, "after", BLUE)):
        bars = axes.bar([place + shift for place in places], points[name], 0.38, color=colour, label=name)
        axes.bar_label(bars, [f"{share:.1%}" for share in points[name]], fontsize=8)
    axes.set_xticks(places, outcomes["writers"].names)
    axes.set(title="The four hands that are read worst, 50 labels each", xlabel="writer", ylabel="read wrongly")
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    axes.legend(frameon=False)
