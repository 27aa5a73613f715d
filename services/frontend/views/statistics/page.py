"""The statistics page: how often the model is right, where it errs, and whether its confidence is worth anything."""

from collections.abc import Sequence
from datetime import date, timedelta

import streamlit as st

from services.frontend.connections import check_health, get_statistics
from services.frontend.elements import charts
from services.frontend.elements.answer import percent
from services.frontend.elements.away import show_away
from services.frontend.elements.headings import show_heading, show_title
from services.frontend.elements.measures import Tally, calibration_error, tally_bin, tally_digits
from services.frontend.elements.painting import show_chart
from services.frontend.elements.table import folded_table_html
from services.frontend.views.statistics.confusion import show_confusion
from shared.clients.service import RefusedError, ServiceUnavailableError
from shared.contracts.storage import Statistics

ALL = "All versions"
FEW = 30  # labels; with fewer than these the interval is wider than what anybody would call an accuracy
DAYS = 14  # as many columns as a phone has room for
YEAR = timedelta(days=365)  # in less than this no day and month come again
AWAY = "Storage can't be reached just now. The statistics are here again when it is back."
HEAD = ("labelled", "right", "accuracy", "95% interval")


def show_statistics() -> None:
    """The whole page, or the sentence why there is none yet."""
    title, choice = st.columns([2, 1], vertical_alignment="bottom")
    with title:
        show_title("Statistics")
    try:
        everything = get_statistics() if check_health().storage else None
        if everything is None:
            show_away(AWAY)
        elif not everything.overall.predictions:
            show_sentence("Nothing has been read yet. Draw a digit and say what it is: this page begins with it.")
        else:
            with choice:
                model = choose_model_version(everything)
            show_parts(everything if model is None else get_statistics(model), everything, model)
    except (ServiceUnavailableError, RefusedError):
        show_away(AWAY)


def show_sentence(sentence: str) -> None:
    """In place of what can't be shown."""
    with st.container(border=True, key="statistics-sentence"):
        st.html(f'<p class="sentence" data-testid="sentence">{sentence}</p>')
        st.page_link("views/draw/page.py", label="Draw a digit", icon=":material/draw:")


def choose_model_version(everything: Statistics) -> str | None:
    """Part of the page's address, so that it can be passed on. None for all of them."""
    options = [ALL, *(str(one.model) for one in everything.by_model)]
    asked = st.query_params.get("model", ALL)
    if asked not in options and has_read(asked):  # since everything was asked, which is a few seconds old
        options.append(asked)
    chosen = st.selectbox("Model version", options, key="model", bind="query-params")
    return None if chosen == ALL else chosen


def has_read(model: str) -> bool:
    """Whether the history has anything of it; what is no model has read nothing."""
    try:
        return get_statistics(model).overall.predictions > 0
    except RefusedError:
        return False


def show_parts(statistics: Statistics, everything: Statistics, model: str | None) -> None:
    """From the one number to the details behind it."""
    show_overall(statistics)
    if statistics.overall.labelled:
        left, right = st.columns(2, gap="medium")
        with left.container(border=True, height="stretch"):
            show_running_accuracy(statistics)
        with right.container(border=True, height="stretch"):
            show_days(statistics)
        with st.container(border=True, key="confusion-card"):
            show_confusion(statistics, model)
        left, right = st.columns(2, gap="medium")
        with left.container(border=True, height="stretch"):
            show_digits(statistics)
        with right.container(border=True, height="stretch"):
            show_models(everything)
    left, right = st.columns(2, gap="medium")
    with left.container(border=True, height="stretch"):
        show_confidence(statistics)
    if statistics.overall.labelled:
        with right.container(border=True, height="stretch"):
            show_reliability(statistics)


def show_overall(statistics: Statistics) -> None:
    """The accuracy, and how far it can be trusted."""
    overall = statistics.overall
    if not overall.labelled:
        show_sentence(f"{overall.predictions:,} digits have been read, and nobody has said yet what they really are.")
        return
    tally = Tally("all", overall.correct, overall.labelled)
    low, high = tally.interval
    few = " One label says little." if overall.labelled == 1 else f" {overall.labelled} labels say little yet."
    little = few if overall.labelled < FEW else ""
    with st.container(border=True, key="overall"):
        st.html(f"""
<div class="overall"><div class="accuracy" data-testid="accuracy">{percent(tally.accuracy)}</div>
<div><b data-testid="counts">{overall.correct:,} of {overall.labelled:,} labelled drawings read right</b>
<span>With 95% confidence the true accuracy is between {percent(low)} and {percent(high)}.{little}</span>
<small>Of {overall.predictions:,} predictions; only those that somebody labelled count, and mistakes may be labelled
more readily than what is right.</small></div></div>""")


def show_running_accuracy(statistics: Statistics) -> None:
    """Label by label."""
    show_heading("As labels came in", f"the latest {len(statistics.running_accuracy)} labels; shaded: 95% interval")
    points = statistics.running_accuracy
    last = points[-1]
    sentence = f"Running accuracy, from {percent(points[0].accuracy)} to {percent(last.accuracy)}."
    show_chart(charts.running_accuracy_chart(points), sentence)


def show_days(statistics: Statistics) -> None:
    """Day by day."""
    labelled = [one for one in statistics.by_day if one.labelled]
    days = labelled[-DAYS:]
    with_year = days[-1].day - days[0].day >= YEAR
    tallies = [Tally(write_day(one.day, with_year=with_year), one.correct, one.labelled) for one in days]
    show_heading(
        "By day",
        f"the last {DAYS} days with labels; at the foot: how many" if len(labelled) > DAYS else "at the foot: labels",
    )
    show_tallies("Accuracy by day", "day", tallies, by_column=True)


def show_digits(statistics: Statistics) -> None:
    """True digit by true digit."""
    show_heading("By true digit", "how many of each were read right; at the foot: labels")
    show_tallies("Accuracy by true digit", "digit", tally_digits(statistics.confusion), by_column=True)


def show_models(everything: Statistics) -> None:
    """Version by version, whichever is chosen for the rest of the page."""
    show_heading("By model version", "on different drawings: a wide interval decides nothing")
    tallies = [Tally(str(one.model), one.correct, one.labelled) for one in everything.by_model if one.labelled]
    show_tallies("Accuracy by model version", "version", tallies)


def show_tallies(title: str, kind: str, tallies: Sequence[Tally], *, by_column: bool = False) -> None:
    """As a chart and as a table."""
    chart = charts.tally_columns(tallies) if by_column else charts.tally_rows(tallies)
    show_chart(chart, describe(title, tallies))
    st.html(folded_table_html(title, (kind, *HEAD), [write_tally(tally) for tally in tallies]))


def show_confidence(statistics: Statistics) -> None:
    """How sure the answers were."""
    bins = statistics.confidence_bins
    show_heading("How sure it was", f"{statistics.overall.predictions:,} predictions by their confidence")
    if not statistics.overall.predictions:
        st.html('<p class="sentence">Nothing has been read by this version.</p>')
        return
    highest = bins[-1].predictions / statistics.overall.predictions
    show_chart(charts.confidence_chart(bins), f"Confidence: {percent(highest)} of predictions are 90% or more.")
    rows = [[write_bin(one.lower, one.upper), f"{one.predictions:,}", f"{one.labelled:,}"] for one in bins]
    st.html(folded_table_html("Predictions by confidence", ("confidence", "predictions", "labelled"), rows))


def show_reliability(statistics: Statistics) -> None:
    """Whether an answer of 80 % is right in four of five cases."""
    bins, labelled = statistics.confidence_bins, statistics.overall.labelled
    tallies = [tally for tally in map(tally_bin, bins) if tally]
    show_heading("Is it as right as it is sure?", "on the dashed line it would be; at the foot: labels")
    show_chart(charts.reliability_chart(bins), describe("Accuracy by confidence", tallies))
    few = "" if labelled >= FEW else ", which is too few to judge it"
    st.html(
        f'<p class="note" data-testid="calibration-error">Expected calibration error {calibration_error(bins):.1%}, '
        f"over {labelled:,} labels in ten bins{few}.</p>"
    )
    rows = [write_tally(tally) for tally in tallies]
    st.html(folded_table_html("Accuracy by confidence", ("confidence", *HEAD), rows))


def describe(title: str, tallies: Sequence[Tally]) -> str:
    """A chart in words."""
    return f"{title}: " + ", ".join(f"{tally.name} {percent(tally.accuracy)} of {tally.labelled}" for tally in tallies)


def write_tally(tally: Tally) -> list[str]:
    """A row of a table."""
    low, high = map(percent, tally.interval)
    return [tally.name, f"{tally.labelled:,}", f"{tally.correct:,}", percent(tally.accuracy), f"{low} to {high}"]


def write_day(day: date, *, with_year: bool) -> str:
    """«21 Nov», «21 Nov 2026»."""
    return f"{day.day} {day:%b %Y}" if with_year else f"{day.day} {day:%b}"


def write_bin(lower: float, upper: float) -> str:
    """«90% to 100%»."""
    return f"{lower:.0%} to {upper:.0%}"


show_statistics()
