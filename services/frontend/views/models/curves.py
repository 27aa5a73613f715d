"""Training curves: the loss, and the share of validation digits read wrong, after each epoch.

Both axes start at 0. The second chart shows errors instead of accuracies, because small errors are easier to compare.
"""

from collections.abc import Mapping, Sequence

import altair as alt

from services.frontend.elements.charts import BLUE, GREEN, GREY, RED, Row
from services.frontend.views.models.differences import name_slice

LOSSES = {"train/loss": "training", "validation/loss": "validation"}
VALIDATION = "validation/"
COLOURS = [GREEN, RED, BLUE, GREY]
DASHES = [[1, 0], [6, 3], [2, 2], [8, 3, 2, 3]]  # so that the lines differ not only by colour

Epochs = Sequence[Mapping[str, float]]  # name → value for each epoch, as in `ModelDetails.epochs`
LEGEND_COLUMNS = alt.ExprRef("width < 340 ? 1 : 2")  # two do not fit a column of a tablet


def loss_chart(epochs: Epochs) -> alt.Chart:
    """The cross-entropy in training and validation."""
    rows = [
        {"epoch": epoch["epoch"] + 1, "curve": curve, "value": epoch[name]}
        for epoch in epochs
        for name, curve in LOSSES.items()
        if name in epoch
    ]
    return _curves(rows, list(LOSSES.values()), alt.Axis(tickCount=5), "loss", ".4f")


def error_chart(epochs: Epochs) -> alt.Chart:
    """One curve for each slice of the validation data, and `all` for the whole of it."""
    slices = _slices_of(epochs)
    rows = [
        {"epoch": epoch["epoch"] + 1, "curve": curve, "value": 1 - epoch[name]}
        for epoch in epochs
        for name, curve in slices.items()
        if name in epoch
    ]
    return _curves(rows, list(slices.values()), alt.Axis(tickCount=5, format="%"), "read wrong", ".2%")


def _slices_of(epochs: Epochs) -> dict[str, str]:
    names = [name for name in epochs[-1] if name.startswith(VALIDATION) and name not in LOSSES]
    return {name: name_slice(name.removeprefix(VALIDATION)).replace("accuracy", "all") for name in names}


def _curves(rows: Sequence[Row], names: list[str], axis: alt.Axis, title: str, written: str) -> alt.Chart:
    legend = alt.Legend(orient="top", title=None, symbolType="stroke", symbolSize=150, columns=LEGEND_COLUMNS)
    chart: alt.Chart = (
        alt.Chart(alt.InlineData(values=list(rows)))
        .mark_line(strokeWidth=2.5, point=alt.OverlayMarkDef(size=28))
        .encode(
            alt.X("epoch:Q", title="epoch", axis=alt.Axis(tickMinStep=1, format="d", grid=False)),
            alt.Y("value:Q", title=title, scale=alt.Scale(zero=True), axis=axis),
            alt.Color("curve:N", scale=alt.Scale(domain=names, range=COLOURS), legend=legend),
            alt.StrokeDash("curve:N", scale=alt.Scale(domain=names, range=DASHES)),
            tooltip=[
                alt.Tooltip("curve:N", title=""),
                alt.Tooltip("epoch:Q"),
                alt.Tooltip("value:Q", title=title, format=written),
            ],
        )
        .properties(height=300)
    )
    return chart
