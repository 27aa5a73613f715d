"""A compared distribution → paired bars: one for the drawings and one for the validation data in each bin."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import altair as alt

from services.frontend.elements.charts import GREEN, GREY
from shared.contracts.drift import ComparedDistribution, Measure

DRAWINGS, VALIDATION = "drawings", "validation data"
HEIGHT = 270  # pixels, with the legend and the names of the bins
PERCENT = ".0%"


def name_digits(edges: Sequence[float]) -> list[str]:
    """`0`, `1` ... of digits, whose bins begin half below."""
    return [f"{low + 0.5:.0f}" for low in edges[:-1]]


def name_lengths(edges: Sequence[float]) -> list[str]:
    """`under 0.8`, `0.8–1.2` ... of numbers; the last bin has no end."""
    middle = [f"{low:g}–{high:g}" for low, high in pairwise(edges[1:-1])]
    return [f"under {edges[1]:g}", *middle, f"{edges[-2]:g} and more"]


def name_shares(edges: Sequence[float]) -> list[str]:
    """`0–50%`, `50–80%` ... of shares."""
    return [f"{100 * low:g}–{100 * high:g}%" for low, high in pairwise(edges)]


def name_scores(edges: Sequence[float]) -> list[str]:
    """`0–0.5`, `0.5–0.7` ... of scores."""
    return [f"{low:g}–{high:g}" for low, high in pairwise(edges)]


BINS: dict[Measure, Callable[[Sequence[float]], list[str]]] = {
    "digit": name_digits,
    "confidence": name_shares,
    "digit_score": name_scores,
    "line_width": name_lengths,
    "size": name_shares,
    "darkness": name_shares,
}


def list_shares(distribution: ComparedDistribution) -> list[float]:
    """The share of the drawings in each bin."""
    number = max(1, sum(distribution.drawings))
    return [count / number for count in distribution.drawings]


def drift_chart(distribution: ComparedDistribution) -> alt.Chart:
    """Paired bars, both as shares, so that their number does not matter."""
    bins = BINS[distribution.measure](distribution.edges)
    rows = [
        {"bin": name, "of": of, "share": share}
        for of, shares in ((DRAWINGS, list_shares(distribution)), (VALIDATION, distribution.validation))
        for name, share in zip(bins, shares, strict=True)
    ]
    title = "pixels of the 28×28 image" if distribution.measure == "line_width" else None
    chart: alt.Chart = (
        alt.Chart(alt.InlineData(values=rows))
        .mark_bar()
        .encode(
            alt.X("bin:N", sort=None, title=title, axis=alt.Axis(ticks=False, labelOverlap=True)),
            alt.XOffset("of:N", sort=None),
            alt.Y("share:Q", title=None, axis=alt.Axis(format=PERCENT, tickCount=3)),
            alt.Color(
                "of:N",
                scale=alt.Scale(domain=[DRAWINGS, VALIDATION], range=[GREEN, GREY]),
                legend=alt.Legend(orient="top", title=None),
            ),
            tooltip=[
                alt.Tooltip("of:N", title=""),
                alt.Tooltip("bin:N", title="value"),
                alt.Tooltip("share:Q", format=".1%"),
            ],
        )
        .properties(height=HEIGHT)
    )
    return chart
