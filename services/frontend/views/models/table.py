"""Every model version there is, a row each: whom it answers, how well it does, how large it is; and those refused."""

import re
from collections.abc import Sequence

import streamlit as st

from services.frontend.chosen_model import get_chosen_model
from services.frontend.elements.headings import show_heading
from services.frontend.elements.table import table_html
from services.frontend.views.models.differences import ACCURACY, REFUSED, name_slice
from services.frontend.views.models.known import refer_to
from shared.contracts.inference import ModelDescription, ModelList
from shared.contracts.message import ModelVersion

LEFT_OUT = {"mnist_pictures"}  # much the same as MNIST; the closer look has it
MARKUP = re.compile(r"[\\`*_~\[\]<>$:&|]")  # what Streamlit's Markdown takes for more than a character in a line


def show_versions(known: ModelList) -> None:
    """A row each; and why some can't be asked."""
    show_heading("Versions", "share read right of each kind of test digits; letters that were refused as no digit")
    measured = dict.fromkeys(name for model in known.models for name, one in model.metrics.items() if ACCURACY in one)
    slices = [name for name in measured if name not in LEFT_OUT]
    others = ("letters refused", "calibration error", "weights", "published")
    head = ("version", "answers", *map(name_slice, slices), *others)
    rows = [write_version(model, slices, known.default) for model in known.models]
    st.html(table_html("Every version that can be asked", head, rows))
    show_refused(known)


def show_refused(known: ModelList) -> None:
    """Why some can't be asked."""
    for refused in known.refused:
        st.warning(
            f"{escape_markdown(f'{refused.name}/{refused.version}')} can't be asked: {escape_markdown(refused.reason)}"
        )


def escape_markdown(text: str) -> str:
    """Text from outside as Markdown that shows it as it is, on one line."""
    return MARKUP.sub(r"\\\g<0>", " ".join(text.split()))


def write_version(model: ModelDescription, slices: Sequence[str], default: ModelVersion) -> list[str]:
    """A row of the table."""
    return [
        refer_to(model),
        say_who_is_answered(model, default),
        *(write_share(model, name, ACCURACY) for name in slices),
        write_share(model, "pen_letters", REFUSED),
        write_share(model, "mnist", "calibration_error"),
        f"{model.parameters:,}",
        f"{model.created_at:%d %b %Y}",
    ]


def say_who_is_answered(model: ModelDescription, default: ModelVersion) -> str:
    """Whose questions this version answers."""
    reference = refer_to(model)
    if reference == (get_chosen_model() or str(default)):
        return "your pages"
    if reference == str(default):
        return "by default"
    return f"to «{model.name}»" if model.current else "by its full name"


def write_share(model: ModelDescription, slice_name: str, measure: str) -> str:
    """As a percentage; – where it was not measured."""
    value = model.metrics.get(slice_name, {}).get(measure)
    return "–" if value is None else f"{value:.2%}"
