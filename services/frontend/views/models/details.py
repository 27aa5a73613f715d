"""One model version in detail: facts, training curves, metrics, training options and training data.

All of it comes from the manifest of the version, through inference.
"""

from html import escape

import streamlit as st

from services.frontend.elements.answer import percent
from services.frontend.elements.charts import show_chart
from services.frontend.elements.headings import show_heading
from services.frontend.elements.measures import wilson_interval
from services.frontend.elements.table import folded_table_html, table_html
from services.frontend.views.models.curves import error_chart, loss_chart
from services.frontend.views.models.differences import ACCURACY, EXAMPLES, REJECTED, name_slice
from shared.contracts.inference import ModelDetails

TABLE_NOTE = (
    "In 19 of 20 such measurements the true share lies in the 95% interval. To reject a drawing is wrong for digits, "
    "and right for letters and scribbles."
)
HASH_SHOWN = 12  # characters, enough to tell two data sets apart


def show_details(details: ModelDetails) -> None:
    """Shows everything that inference knows about the version."""
    st.html(facts_html(details))
    show_curves(details)
    head = ("test data", "examples", "read right", "95% interval", "rejected", "calibration error")
    st.html(
        table_html("Measured when it was published", head, [write_slice(*item) for item in details.metrics.items()])
    )
    st.html(f'<p class="note">{TABLE_NOTE}</p>')
    options_rows = [write_setting(*item) for item in details.recipe.items()]
    st.html(folded_table_html("Training options", ("option", "value"), options_rows))
    data_rows = [[name.replace("_", " "), shorten(value)] for name, value in details.data.items()]
    st.html(folded_table_html("Training data", ("data", "SHA-256 begins with"), data_rows))


def facts_html(details: ModelDetails) -> str:
    """The facts as a list of names and values."""
    engine = f"{details.engine}, in memory" if details.engine else "not in memory; loaded by the next request"
    facts = {
        "Network": (f"{details.architecture}, {details.parameters:,} weights", "numbers that it learned"),
        "Published": (f"{details.created_at:%d %B %Y}", "the day on which it was measured"),
        "Engine": (engine, "the program that computes its answers"),
        "Temperature": (f"{details.temperature:.3f}", "below 1 makes its confidence higher, above 1 lower"),
        "Rejects digit scores below": (
            f"{details.digit_score_threshold:.2f}",
            "such a drawing does not look like a digit",
        ),
    }
    written = "".join(
        f"<div><dt>{name}</dt><dd>{escape(fact)}<small>{meaning}</small></dd></div>"
        for name, (fact, meaning) in facts.items()
    )
    return f'<dl class="facts">{written}</dl>'


def show_curves(details: ModelDetails) -> None:
    """The training curves, if the version has any."""
    if not details.epochs:
        st.html('<p class="sentence" data-testid="curves">There are no training curves for this version.</p>')
        return
    epochs, last = len(details.epochs), details.epochs[-1]
    left, right = st.columns(2, gap="medium")
    with left:
        show_heading(
            "Loss", "training digits are distorted and their labels smoothed, so the training loss may stay higher"
        )
        loss = last.get("validation/loss", float("nan"))
        show_chart(loss_chart(details.epochs), f"Loss over {epochs} epochs. Last validation loss: {loss:.4f}.")
    with right:
        show_heading("Validation digits read wrong", f"after each of {epochs} epochs")
        wrong = 1 - last.get("validation/accuracy", float("nan"))
        show_chart(error_chart(details.epochs), f"Share read wrong over {epochs} epochs. Last value: {wrong:.2%}.")


def write_slice(name: str, metrics: dict[str, float]) -> list[str]:
    """One row of the table. A dash stands for values that do not apply."""
    examples, accuracy = int(metrics[EXAMPLES]), metrics.get(ACCURACY)
    low_high = None if accuracy is None else wilson_interval(round(accuracy * examples), examples)
    error = metrics.get("calibration_error")
    return [
        name_slice(name),
        f"{examples:,}",
        "–" if accuracy is None else f"{accuracy:.2%}",
        "–" if low_high is None else f"{percent(low_high[0])} to {percent(low_high[1])}",
        f"{metrics[REJECTED]:.2%}",
        "–" if error is None else f"{error:.2%}",
    ]


def shorten(digest: str) -> str:
    """The beginning of a hash."""
    return digest[:HASH_SHOWN]


def write_setting(name: str, *values: object | None) -> list[str]:
    """One row of the table. A dash stands for None."""
    return [name.replace("_", " "), *("–" if value is None else str(value) for value in values)]
