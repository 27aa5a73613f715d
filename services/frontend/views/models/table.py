"""The table of all model versions, and the versions that cannot be used.

The metrics come from the manifests, through inference.
"""

import re
from collections.abc import Sequence

import streamlit as st

from services.frontend.elements.headings import show_heading
from services.frontend.elements.table import table_html
from services.frontend.session.chosen_model import get_chosen_model
from services.frontend.views.models.differences import ACCURACY, REJECTED, name_slice
from shared.contracts.inference import ModelDescription, ModelList

LEFT_OUT = {"mnist_pictures"}  # almost the same as MNIST; the details show it
MARKUP = re.compile(r"[\\`*_~\[\]<>$:&|]")  # characters with a meaning in Streamlit's Markdown


def show_versions(listed: ModelList) -> None:
    """One row for each version, and below the table the versions that cannot be used."""
    show_heading(
        "Versions", "share of each kind of test digits that was read right; share of letters that was rejected"
    )
    measured = dict.fromkeys(
        name for model in listed.models for name, metrics in model.metrics.items() if ACCURACY in metrics
    )
    slices = [name for name in measured if name not in LEFT_OUT]
    others = ("letters rejected", "calibration error", "weights", "published")
    head = ("version", "used for", *map(name_slice, slices), *others)
    rows = [write_version(model, slices, listed) for model in listed.models]
    st.html(table_html("Available versions", head, rows))
    show_unavailable(listed)


def show_unavailable(listed: ModelList) -> None:
    """Says why some versions cannot be used."""
    for refused in listed.refused:
        version = escape_markdown(refused.reference)
        st.warning(f"{version} can't be used: {escape_markdown(refused.reason)}")


def escape_markdown(text: str) -> str:
    """Text as Markdown that shows it unchanged, on one line."""
    return MARKUP.sub(r"\\\g<0>", " ".join(text.split()))


def write_version(model: ModelDescription, slices: Sequence[str], listed: ModelList) -> list[str]:
    """One row of the table."""
    return [
        model.reference,
        describe_use(model, listed),
        *(write_share(model, name, ACCURACY) for name in slices),
        write_share(model, "pen_letters", REJECTED),
        write_share(model, "mnist", "calibration_error"),
        f"{model.parameters:,}",
        f"{model.created_at:%d %b %Y}",
    ]


def describe_use(model: ModelDescription, listed: ModelList) -> str:
    """Which requests this version answers."""
    reference, default = model.reference, str(listed.default)
    if reference == (get_chosen_model() or default):
        return "your pages"
    if reference == default:
        return "the default"
    if reference == str(listed.shadow):
        return "in shadow"
    return f"the name {model.name}" if model.current else "its full name"


def write_share(model: ModelDescription, slice_name: str, measure: str) -> str:
    """The metric in percent; a dash if it was not measured."""
    value = model.metrics.get(slice_name, {}).get(measure)
    return "–" if value is None else f"{value:.2%}"
