"""The differences between two model versions: a sentence, and tables of the metrics and training options."""

from html import escape

import streamlit as st

from services.frontend.elements.table import folded_table_html
from services.frontend.views.models.details import shorten, write_setting
from services.frontend.views.models.differences import (
    Difference,
    compare_metrics,
    compare_settings,
    is_share,
    name_measure,
    name_slice,
)
from shared.contracts.inference import ModelDetails


def show_changes(before: ModelDetails, after: ModelDetails) -> None:
    """Compares what was measured when they were published, and how they were trained."""
    two = (before.reference, after.reference)
    if before == after:
        st.html('<p class="sentence">These are the same version. Choose two different ones.</p>')
        return
    differences = compare_metrics(before, after)
    shares = [difference for difference in differences if is_share(difference.measure)]
    better, worse = (sum(share.outcome == outcome for share in shares) for outcome in ("better", "worse"))
    sentence = (
        f"Compared with {two[0]}, {two[1]} is better in {better} and worse in {worse} of {len(shares)} measured "
        "shares. The others are the same or too close to call."
    )
    st.html(f'<p class="sentence" data-testid="differences">{escape(sentence)}</p>')
    rows = [write_difference(difference) for difference in differences]
    st.html(folded_table_html("Measured differences", ("test data", "measure", *two, f"{two[1]} is"), rows))
    settings = compare_settings(settings_of(before), settings_of(after))
    rows = [write_setting(*setting) for setting in settings]
    st.html(folded_table_html("Training differences", ("option", *two), rows))


def write_difference(difference: Difference) -> list[str]:
    """One row of the table. It says whether higher or lower values are better."""
    direction = "higher is better" if difference.higher_is_better else "lower is better"
    written = ".2%" if is_share(difference.measure) else ".4f"
    return [
        name_slice(difference.slice_name),
        f"{name_measure(difference.measure)}, {direction}",
        f"{difference.before:{written}}",
        f"{difference.after:{written}}",
        difference.outcome,
    ]


def settings_of(details: ModelDetails) -> dict[str, object]:
    """Architecture, training options and training data of the version, by name."""
    data = {f"data: {name}": shorten(value) for name, value in details.data.items()}
    return {"architecture": details.architecture, "weights": f"{details.parameters:,}", **details.recipe, **data}
