"""Counts of storage → the charts of the Statistics page.

Shares run from 0 to 1 on every axis. Thin lines are 95 % intervals. Each column or bar shows its number of labels.
"""

from collections.abc import Sequence

import altair as alt

from services.frontend.elements.charts import GREEN, GREY, RED, Chart, Row
from services.frontend.elements.measures import Tally, tally_bin, wilson_interval
from shared.contracts.storage import ConfidenceBin, RunningAccuracy

PERCENT = ".0%"
SHARES = alt.Scale(domain=[0, 1])
ROW_HEIGHT = 46  # pixels
COLUMN_SHARE, WIDEST_COLUMN = 0.08, 0.8  # of the chart's width, and of the room of a column


def running_accuracy_chart(points: Sequence[RunningAccuracy]) -> Chart:
    """The accuracy after each label, with its 95 % interval. One label is a point."""
    rows = []
    for point in points:
        low, high = wilson_interval(round(point.accuracy * point.labelled), point.labelled)
        rows.append({"labelled": point.labelled, "accuracy": point.accuracy, "low": low, "high": high})
    first, last = points[0].labelled, points[-1].labelled
    if first == last:
        return _one_point_chart(rows)
    scale = alt.Scale(domain=[first, last], nice=False)
    axis = alt.Axis(format=",d", tickMinStep=1, tickCount=5, grid=False)
    base = _chart(rows).encode(alt.X("labelled:Q", title="labelled drawings so far", scale=scale, axis=axis))
    tooltip = _tooltip("labelled:Q", "labelled")
    return alt.layer(
        base.mark_area(color=GREEN, opacity=0.22).encode(_share_axis("low"), alt.Y2("high:Q")),
        base.mark_line(color=GREEN, strokeWidth=2.5).encode(_share_axis("accuracy"), tooltip=tooltip),
    ).properties(height=260)


def _one_point_chart(rows: Sequence[Row]) -> Chart:
    base = _chart(rows).encode(alt.X("labelled:O", title="labelled drawings so far", axis=_plain_labels()))
    return alt.layer(
        base.mark_rule(color=GREEN, opacity=0.4, strokeWidth=8).encode(_share_axis("low"), alt.Y2("high:Q")),
        base.mark_point(color=GREEN, filled=True, size=110, opacity=1).encode(
            _share_axis("accuracy"), tooltip=_tooltip("labelled:O", "labelled")
        ),
    ).properties(height=260)


def tally_columns(tallies: Sequence[Tally]) -> Chart:
    """One column for each tally, with the number of labels above it. A few columns are not wider than many."""
    width = alt.RelativeBandSize(min(WIDEST_COLUMN, len(tallies) * COLUMN_SHARE))
    base = _chart(_rows_of(tallies)).encode(alt.X("name:N", title=None, sort=None, axis=_plain_labels()))
    return alt.layer(
        base.mark_bar(color=GREEN, opacity=0.55, cornerRadiusEnd=3, width=width).encode(
            _share_axis("accuracy"), tooltip=_tooltip("name:N")
        ),
        base.mark_rule(color=GREY, strokeWidth=2).encode(_share_axis("low"), alt.Y2("high:Q")),
        _numbers_on_top(base),
    ).properties(height=240)


def tally_rows(tallies: Sequence[Tally]) -> Chart:
    """One horizontal bar for each tally, below its name and number of labels."""
    base = _chart(_rows_of(tallies)).encode(alt.Y("name:N", sort=None, axis=None))
    share = alt.X("accuracy:Q", title="read right", scale=SHARES, axis=alt.Axis(format=PERCENT, tickCount=5))
    titled = base.transform_calculate(title="datum.name + ', n = ' + datum.labelled")
    return alt.layer(
        base.mark_bar(color=GREEN, opacity=0.55, height=12, cornerRadiusEnd=3).encode(
            share, tooltip=_tooltip("name:N")
        ),
        base.mark_rule(color=GREY, strokeWidth=2).encode(alt.X("low:Q", scale=SHARES), alt.X2("high:Q")),
        titled.mark_text(align="left", dy=-16, fontSize=12).encode(x=alt.datum(0), text="title:N"),
    ).properties(height=alt.Step(ROW_HEIGHT))


def confidence_chart(bins: Sequence[ConfidenceBin]) -> Chart:
    """The number of predictions in each confidence bin: right, wrong, and without a label."""
    kinds = {"right": GREEN, "wrong": RED, "not labelled": GREY}
    rows = []
    for one in bins:
        tally = tally_bin(one)
        correct, labelled = (tally.correct, tally.labelled) if tally else (0, 0)
        counts = (correct, labelled - correct, one.predictions - labelled)
        for order, (kind, count) in enumerate(zip(kinds, counts, strict=True)):
            rows.append({"lower": one.lower, "upper": one.upper, "kind": kind, "order": order, "count": count})
    scale = alt.Scale(domain=list(kinds), range=list(kinds.values()))
    chart: Chart = (
        _chart(rows)
        .mark_bar(binSpacing=2)
        .encode(
            _confidence_axis("lower").bin("binned"),
            alt.X2("upper:Q"),
            alt.Y("count:Q", title="predictions", axis=alt.Axis(tickMinStep=1, format=",d")),
            alt.Color("kind:N", scale=scale, legend=alt.Legend(orient="top", title=None)),
            alt.Order("order:Q"),
            tooltip=[
                alt.Tooltip("lower:Q", title="confidence from", format=PERCENT),
                alt.Tooltip("kind:N", title="label"),
                alt.Tooltip("count:Q", title="predictions"),
            ],
        )
        .properties(height=300)
    )
    return chart


def reliability_chart(bins: Sequence[ConfidenceBin]) -> Chart:
    """The accuracy in each confidence bin. On the dashed line, confidence and accuracy are equal."""
    rows = []
    for one in bins:
        if tally := tally_bin(one):
            (row,) = _rows_of([tally])
            rows.append(row | {"lower": one.lower, "upper": one.upper, "confidence": one.confidence})
    middle = "(datum.lower + datum.upper) / 2"
    base = _chart(rows).transform_calculate(middle=middle)
    at_middle = _confidence_axis("middle")
    calibrated = _chart([{"share": 0.0}, {"share": 1.0}]).mark_line(color=GREY, strokeDash=[5, 4])
    return alt.layer(
        base.mark_bar(color=GREEN, opacity=0.55, binSpacing=2).encode(
            _confidence_axis("lower").bin("binned"),
            alt.X2("upper:Q"),
            _share_axis("accuracy"),
            tooltip=[*_tooltip("name:N"), alt.Tooltip("confidence:Q", title="mean confidence", format=".1%")],
        ),
        calibrated.encode(_confidence_axis("share"), _share_axis("share")),
        base.mark_rule(color=GREY, strokeWidth=2).encode(at_middle, _share_axis("low"), alt.Y2("high:Q")),
        _numbers_on_top(base.encode(at_middle)),
    ).properties(height=300)


def _rows_of(tallies: Sequence[Tally]) -> list[dict[str, str | int | float | None]]:
    return [
        {
            "name": tally.name,
            "correct": tally.correct,
            "labelled": tally.labelled,
            "accuracy": tally.accuracy,
            "low": tally.interval[0],
            "high": tally.interval[1],
        }
        for tally in tallies
    ]


def _chart(rows: Sequence[Row]) -> alt.Chart:
    return alt.Chart(alt.InlineData(values=list(rows)))


def _numbers_on_top(base: alt.Chart) -> alt.Chart:
    """The number of labels of each column, above the chart, where no interval reaches."""
    numbers: alt.Chart = base.mark_text(baseline="bottom", dy=-4, fontSize=10).encode(y=alt.datum(1), text="labelled:Q")
    return numbers


def _share_axis(field: str) -> alt.Y:
    return alt.Y(f"{field}:Q", title="read right", scale=SHARES, axis=alt.Axis(format=PERCENT, tickCount=5))


def _confidence_axis(field: str) -> alt.X:
    return alt.X(f"{field}:Q", title="confidence", scale=SHARES, axis=alt.Axis(format=PERCENT, tickCount=5))


def _plain_labels() -> alt.Axis:
    return alt.Axis(labelAngle=0, ticks=False, labelOverlap=True)


def _tooltip(field: str, title: str = "") -> list[alt.Tooltip]:
    return [
        alt.Tooltip(field, title=title),
        alt.Tooltip("accuracy:Q", title="read right", format=".1%"),
        alt.Tooltip("low:Q", title="95% interval from", format=".1%"),
        alt.Tooltip("high:Q", title="to", format=".1%"),
    ]
