"""What each epoch of a training reached, as two charts: the loss, and the share of validation digits read wrong.

Both axes begin at 0. The share read wrong, and not that read right, since the last of it is what training is about.
"""

from collections.abc import Mapping, Sequence

import altair as alt

from services.frontend.elements.charts import BLUE, GREEN, GREY, RED, Row
from services.frontend.views.models.differences import name_slice

LOSSES = {"train/loss": "training", "validation/loss": "validation"}
VALIDATION = "validation/"
COLOURS = [GREEN, RED, BLUE, GREY]
DASHES = [[1, 0], [6, 3], [2, 2], [8, 3, 2, 3]]  # so that no line is told by its colour alone

Epochs = Sequence[Mapping[str, float]]  # see ModelDetails.history


def loss_chart(history: Epochs) -> alt.Chart:
    """Cross-entropy by epoch."""
    rows = [
        {"epoch": epoch["epoch"] + 1, "curve": curve, "value": epoch[name]}
        for epoch in history
        for name, curve in LOSSES.items()
        if name in epoch
    ]
    return _curves(rows, list(LOSSES.values()), alt.Axis(tickCount=5), "loss", ".4f")


def error_chart(history: Epochs) -> alt.Chart:
    """A curve for each slice of the validation data; «all» is the whole of it."""
    slices = _slices_of(history)
    rows = [
        {"epoch": epoch["epoch"] + 1, "curve": curve, "value": 1 - epoch[name]}
        for epoch in history
        for name, curve in slices.items()
        if name in epoch
    ]
    return _curves(rows, list(slices.values()), alt.Axis(tickCount=5, format="%"), "read wrong", ".2%")


def _slices_of(history: Epochs) -> dict[str, str]:
    names = [name for name in history[-1] if name.startswith(VALIDATION) and name not in LOSSES]
    return {name: name_slice(name.removeprefix(VALIDATION)).replace("accuracy", "all") for name in names}


def _curves(rows: Sequence[Row], names: list[str], axis: alt.Axis, title: str, written: str) -> alt.Chart:
    legend = alt.Legend(orient="top", title=None, symbolType="stroke", symbolSize=150, columns=2)
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
