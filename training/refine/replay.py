"""Finds what the version in use was trained on, as far as it is here: it is repeated, so that nothing is forgotten.

Also says which slices cannot be measured because a file was not given. Then a new version does not go into use by
itself (docs/decisions/0010).
"""

from collections.abc import Sequence

from shared.recognition.model_version import Manifest
from training.data.mixture import LOADERS
from training.errors import DataUnavailableError
from training.options import TrainingOptions
from training.publishing.lineage import list_datasets, list_steps
from training.recipes.recipe import SAME_FORMS, DatasetName
from training.refine.settings import LABELS

SLICES_OF_OPTIONS = {  # beginning of the slice's name → the option that gives its file
    "pen_drawings": "--pen-digits (or PEN_DIGITS)",
    "photographs": "--pen-digits (or PEN_DIGITS)",
    "pen_letters": "--pen-letters (or PEN_LETTERS)",
}


def find_replayed(current: Manifest, options: TrainingOptions) -> tuple[DatasetName, ...]:
    """Return the datasets to repeat: those of the version and of its lineage that are available here.

    MNIST if none is. Only one of the datasets that are made from the same forms.
    """
    named = list_datasets(list_steps(current))
    found = [name for name in LOADERS if name in named and name != LABELS and is_available(name, options)]
    forms = [name for name in found if name in SAME_FORMS][:1] or ["mnist"]
    pens = ["pen_strokes"] if "pen_strokes" in named and options.pen_digits else []
    return tuple(forms + pens)  # type: ignore[arg-type]  # they are keys of LOADERS


def is_available(dataset: str, options: TrainingOptions) -> bool:
    """Return whether the files of that dataset are here."""
    try:
        LOADERS[dataset]("validation", options)
    except DataUnavailableError:
        return False
    return True


def describe_missing(current: Manifest, measured: Sequence[str]) -> str:
    """Return a sentence about the slices that were measured for the version in use and will not be; "" if all are."""
    missing = sorted(current.metrics.keys() - set(measured))
    if not missing:
        return ""
    needed = {option for name in missing for start, option in SLICES_OF_OPTIONS.items() if name.startswith(start)}
    how = f" Give {' and '.join(sorted(needed))} the files that it was measured with." if needed else ""
    return (
        f"Not measured, but measured for {current.reference}: {', '.join(missing)}. "
        f"So a new version will not go into use by itself.{how}"
    )
