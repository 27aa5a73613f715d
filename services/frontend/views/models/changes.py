"""What changed from one model version to another: a sentence, and the numbers and options behind it."""

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
from services.frontend.views.models.known import refer_to
from shared.contracts.inference import ModelDetails


def show_changes(before: ModelDetails, after: ModelDetails) -> None:
    """What was measured, and what was done differently in training."""
    two = (refer_to(before), refer_to(after))
    if before == after:
        st.html('<p class="sentence">This is the same version twice.</p>')
        return
    differences = compare_metrics(before, after)
    shares = [one for one in differences if is_share(one.measure)]
    better, worse = (sum(one.outcome == outcome for one in shares) for outcome in ("better", "worse"))
    st.html(
        f'<p class="sentence" data-testid="differences">Against {two[0]}, {two[1]} is better in {better} and worse in '
        f"{worse} of {len(shares)} shares read right or refused; the rest is the same or too close to call.</p>"
    )
    rows = [write_difference(one) for one in differences]
    st.html(folded_table_html("What was measured", ("of", "measured", *two, f"{two[1]} is"), rows))
    settings = compare_settings(settings_of(before), settings_of(after))
    st.html(folded_table_html("What was done differently", ("option", *two), [write_setting(*one) for one in settings]))


def write_difference(one: Difference) -> list[str]:
    """A row of the table, the meaning of up and down in words."""
    way = "more is better" if one.more_is_better else "less is better"
    before, after = ((f"{value:.2%}" if is_share(one.measure) else f"{value:.4f}") for value in (one.before, one.after))
    return [name_slice(one.slice_name), f"{name_measure(one.measure)}, {way}", before, after, one.outcome]


def settings_of(details: ModelDetails) -> dict[str, object]:
    """What the version is, and everything it was trained with."""
    data = {f"data: {name}": shorten(value) for name, value in details.data.items()}
    return {"architecture": details.architecture, "weights": f"{details.parameters:,}", **details.recipe, **data}
