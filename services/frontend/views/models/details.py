"""One model version up close: what it is, how it learned, what it reached, and what it was trained with."""

import streamlit as st

from services.frontend.elements.answer import percent
from services.frontend.elements.headings import show_heading
from services.frontend.elements.measures import wilson_interval
from services.frontend.elements.painting import show_chart
from services.frontend.elements.table import folded_table_html, table_html
from services.frontend.views.models.curves import error_chart, loss_chart
from services.frontend.views.models.differences import ACCURACY, EXAMPLES, REFUSED, name_slice
from shared.contracts.inference import ModelDetails

HASH_SHOWN = 12  # characters


def show_details(details: ModelDetails) -> None:
    """All that is known of it."""
    st.html(facts_html(details))
    show_curves(details)
    head = ("kind", "examples", "read right", "95% interval", "refused", "calibration error")
    st.html(table_html("Measured when it was published", head, [write_slice(*one) for one in details.metrics.items()]))
    options_rows = [write_setting(*one) for one in details.recipe.items()]
    st.html(folded_table_html("Training options", ("option", "value"), options_rows))
    data_rows = [[name.replace("_", " "), shorten(value)] for name, value in details.data.items()]
    st.html(folded_table_html("Training data", ("data", "SHA-256 begins with"), data_rows))


def facts_html(details: ModelDetails) -> str:
    """What it is, in one line each."""
    engine = f"{details.engine}, in memory" if details.engine else "not in memory: loaded when it is asked"
    facts = {
        "Network": f"{details.architecture}, {details.parameters:,} weights",
        "Published": f"{details.created_at:%d %B %Y}",
        "Engine": engine,
        "Temperature": f"{details.temperature:.3f}",
        "No digit below a score of": f"{details.digit_score_threshold:.2f}",
    }
    written = "".join(f"<div><dt>{name}</dt><dd>{fact}</dd></div>" for name, fact in facts.items())
    return f'<dl class="facts">{written}</dl>'


def show_curves(details: ModelDetails) -> None:
    """Epoch by epoch; only what was kept."""
    if not details.history:
        st.html('<p class="sentence" data-testid="curves">No curves were kept of this version\'s training.</p>')
        return
    epochs, last = len(details.history), details.history[-1]
    left, right = st.columns(2, gap="medium")
    with left:
        show_heading("Loss", "training digits are distorted and their labels softened, so theirs may stay higher")
        described = f"Loss over {epochs} epochs, at last {last.get('validation/loss', float('nan')):.4f} in validation."
        show_chart(loss_chart(details.history), described)
    with right:
        show_heading("Validation digits read wrong", f"after each of {epochs} epochs")
        wrong = 1 - last.get("validation/accuracy", float("nan"))
        show_chart(error_chart(details.history), f"Share read wrong over {epochs} epochs, at last {wrong:.2%}.")


def write_slice(name: str, metrics: dict[str, float]) -> list[str]:
    """A row of the table; – where it does not apply."""
    examples, accuracy = int(metrics[EXAMPLES]), metrics.get(ACCURACY)
    low_high = None if accuracy is None else wilson_interval(round(accuracy * examples), examples)
    error = metrics.get("calibration_error")
    return [
        name_slice(name),
        f"{examples:,}",
        "–" if accuracy is None else f"{accuracy:.2%}",
        "–" if low_high is None else f"{percent(low_high[0])} to {percent(low_high[1])}",
        f"{metrics[REFUSED]:.2%}",
        "–" if error is None else f"{error:.2%}",
    ]


def shorten(digest: str) -> str:
    """Of a hash as much as tells two data sets apart."""
    return digest[:HASH_SHOWN]


def write_setting(name: str, *values: object | None) -> list[str]:
    """A row of the table."""
    return [name.replace("_", " "), *("–" if value is None else str(value) for value in values)]
