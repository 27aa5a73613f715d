"""Plots what a study found, with Optuna's matplotlib functions and more readable axes."""

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import optuna
from optuna import Study
from optuna.exceptions import ExperimentalWarning

from training.sweep.study import best_trials

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TRIALS_FOR_IMPORTANCE = 10
LOSS = "validation loss"  # name of the objective in the plots


def plot_study(study: Study, folder: Path) -> list[Path]:
    """Write the plots as PNG files and return their paths: none without a finished trial, some only after ten."""
    complete = len(best_trials(study, count=TRIALS_FOR_IMPORTANCE))
    names = list(PLOTS) if complete == TRIALS_FOR_IMPORTANCE else [name for name in PLOTS if name != "importances"]
    return [draw(study, name, folder / f"{name}.png") for name in names] if complete else []


# file name → Optuna's function, and size in inches
PLOTS = {
    "history": ("plot_optimization_history", (9, 5)),
    "intermediate_values": ("plot_intermediate_values", (9, 5)),
    "parallel_coordinates": ("plot_parallel_coordinate", (13, 5)),
    "slices": ("plot_slice", (24, 5)),
    "importances": ("plot_param_importances", (9, 5)),
}


def draw(study: Study, name: str, path: Path) -> Path:
    """Draw one plot. Optuna uses pyplot and changes its global style, so both are restored afterwards."""
    import matplotlib
    from matplotlib import pyplot

    matplotlib.use("Agg")
    function, inches = PLOTS[name]
    plot: Callable[..., Any] = getattr(optuna.visualization.matplotlib, function)
    names = {} if name == "intermediate_values" else {"target_name": LOSS}
    with matplotlib.rc_context(), warnings.catch_warnings():
        warnings.simplefilter("ignore", ExperimentalWarning)  # Optuna's matplotlib plots, experimental since 2020
        warnings.filterwarnings("ignore", "Attempting to set identical")  # a setting with a single value
        figure = np.ravel(plot(study, **names))[0].figure
        figure.set_size_inches(*inches)
        tidy(name, figure)
        figure.savefig(path, dpi=120, bbox_inches="tight")
    pyplot.close(figure)
    return path


def tidy(name: str, figure: "Figure") -> None:
    """Make readable what Optuna leaves crowded."""
    for axes in figure.axes:
        tidy_ticks(axes)
        if name == "slices":
            axes.tick_params(axis="x", rotation=45, rotation_mode="xtick")
        if name == "parallel_coordinates":
            for label in axes.get_yticklabels():
                label.set_bbox(
                    {"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1}
                )  # because lines cross it
        if name == "intermediate_values":
            axes.set_ylabel(LOSS)
            for line in axes.lines:
                if np.size(line.get_xdata()) == 1:  # a trial of one epoch has no line to draw
                    line.set(marker="o", markersize=8, zorder=3)


def tidy_ticks(axes: "Axes") -> None:
    """Use whole numbers for trials and steps, and few plain numbers on a logarithmic scale."""
    from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator

    for axis in (axes.xaxis, axes.yaxis):
        if axis.get_label_text() in {"Trial", "Step"}:
            axis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        if axis.get_scale() == "log":
            low, high = sorted(axis.get_view_interval())
            axis.set_major_locator(LogLocator(subs=(1, 2, 5)) if high > 10 * low else MaxNLocator(4))
            axis.set_major_formatter("{x:g}")
            axis.set_minor_locator(NullLocator())
