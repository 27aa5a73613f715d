"""The columns of the table of versions: how each figure is written, and which direction is better."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from services.frontend.views.models.differences import ACCURACY, REJECTED, name_slice
from services.frontend.views.models.speed import Speeds
from shared.contracts.inference import ModelDescription

Better = Literal["higher", "lower"]
LEFT_OUT = {"mnist_pictures"}  # almost the same as MNIST; the details show it
BYTES_OF_A_WEIGHT = 4  # weights.safetensors holds 32-bit numbers
MISSING = "–"


@dataclass(frozen=True)
class Column:
    """A figure of each version. `find` returns None where it was not measured."""

    name: str
    find: Callable[[ModelDescription], float | None]
    write: Callable[[float], str]
    better: Better | None = None

    def describe(self, models: Sequence[ModelDescription]) -> list[dict[str, object]]:
        """A cell for each version: its text, its value, and whether it is the best. One version alone is not the best.

        Figures that are written alike are equally good, because nobody could see why only one is marked.
        """
        values = [self.find(model) for model in models]
        texts = [MISSING if value is None else self.write(value) for value in values]
        measured = [value for value in values if value is not None]
        best = None
        if self.better and len(measured) > 1:
            best = self.write(max(measured) if self.better == "higher" else min(measured))
        return [
            {"text": text, "value": value, "best": best is not None and text == best}
            for text, value in zip(texts, values, strict=True)
        ]


def list_columns(models: Sequence[ModelDescription], speeds: Speeds | None) -> list[Column]:
    """All columns: the accuracies that any version has, speed and size beside them, and the rest."""
    measured = dict.fromkeys(name for model in models for name, one in model.metrics.items() if ACCURACY in one)
    slices = [name for name in measured if name not in LEFT_OUT]
    first = [name for name in slices if not name.endswith("_pendigits")]
    times = {} if speeds is None else speeds.milliseconds
    return [
        *map(_share_column, first),
        Column("time", lambda model: times.get(model.reference), lambda ms: f"{ms:.1f} ms", "lower"),
        Column(
            "size", lambda model: model.parameters * BYTES_OF_A_WEIGHT, lambda size: f"{size / 1e6:.1f} MB", "lower"
        ),
        Column("letters rejected", _find("pen_letters", REJECTED), _write_share, "higher"),
        Column("calibration error", _find("mnist", "calibration_error"), _write_share, "lower"),
        *(_share_column(name) for name in slices if name not in first),
        Column("weights", lambda model: model.parameters, lambda number: f"{number:,.0f}"),
    ]


def _share_column(slice_name: str) -> Column:
    return Column(name_slice(slice_name), _find(slice_name, ACCURACY), _write_share, "higher")


def _find(slice_name: str, measure: str) -> Callable[[ModelDescription], float | None]:
    return lambda model: model.metrics.get(slice_name, {}).get(measure)


def _write_share(share: float) -> str:
    return f"{share:.2%}"
