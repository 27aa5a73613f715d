"""The Statistics page: accuracy over time and by group, the confusion matrix, and the calibration of confidences.

All counts come from storage. The page turns them into charts, tables and sentences.
"""

from collections.abc import Sequence
from datetime import date, timedelta

import streamlit as st

from services.frontend.connections import check_health, get_statistics
from services.frontend.elements.answer import percent
from services.frontend.elements.charts import show_chart
from services.frontend.elements.headings import show_heading, show_title
from services.frontend.elements.measures import Tally, calibration_error, tally_bin, tally_digits
from services.frontend.elements.sentences import count_things, describe_failure, show_away, show_sentence
from services.frontend.elements.table import folded_table_html
from services.frontend.session.identity import get_identity
from services.frontend.views.statistics import charts
from services.frontend.views.statistics.confusion import show_confusion
from services.frontend.views.statistics.rejections import show_rejections
from shared.clients.service import RefusedError, ServiceUnavailableError
from shared.contracts.storage import HistoryFilters, Statistics

ALL = "All versions"
MODEL = "model"  # in the address, and key of the choice
EVERYBODY, YOURS = "Everybody's drawings", "Yours"
ONLY_YOURS = "Of the drawings of this browser. Those of others are not shown here."
MIN_LABELS = 30  # with fewer, the interval is too wide for a useful accuracy
DAYS = 14  # columns that fit on a phone
YEAR = timedelta(days=365)  # longer charts need the year in their dates
AWAY = "Storage can't be reached right now. The statistics will appear when it is back."
NOTHING_YET = "Nothing has been read yet. Draw a digit and label it to start the statistics."
NO_LABELS = "Digits read: {count:,}. None of them has a label yet."
NOTE = (
    "Predictions in total: {count:,}. Only labelled drawings count. "
    "People may label mistakes more often than right answers."
)
HISTORY, LABEL_THEM = "views/history/page.py", "Say what they are, in History"
SENTENCE = "statistics-sentence"  # key
AT_TOP = "top: number of labels"
HEAD = ("labelled", "right", "accuracy", "95% interval")


def show_statistics() -> None:
    """The whole page, or a sentence if there is nothing to show."""
    title, choice = st.columns([2, 1], vertical_alignment="bottom")
    with title:
        show_title("Statistics")
        mine = choose_mine()
    try:
        everything = read_statistics(None, mine) if check_health().storage else None
        if everything is None:
            show_away(AWAY)
        elif not everything.overall.predictions:
            show_sentence(NOTHING_YET, SENTENCE, draw_link=True)
        else:
            with choice:
                model = choose_model_version(everything, mine)
            chosen = everything if model is None else read_statistics(model, mine)
            show_parts(chosen, everything, HistoryFilters(model=model, mine=mine))
    except (ServiceUnavailableError, RefusedError) as error:
        show_away(describe_failure(AWAY, error))


def read_statistics(model: str | None, mine: bool | None) -> Statistics:
    """Of the drawings that this person chose. ServiceUnavailableError, RefusedError."""
    identity = get_identity()
    filters = HistoryFilters(model=model, mine=mine)
    return get_statistics(identity.key, filters, sees_totals=identity.sees_totals)


def choose_mine() -> bool | None:
    """Whether to count only the drawings of this person: True, or None for all. Some persons have no choice."""
    identity = get_identity()
    if not identity.owns or identity.is_curator:
        return None
    if not identity.sees_totals:
        st.html(f'<p class="note">{ONLY_YOURS}</p>')
        return True
    options = (EVERYBODY, YOURS)
    chosen = st.segmented_control(
        "Whose drawings", options, default=EVERYBODY, required=True, key="whose", label_visibility="collapsed"
    )
    return True if chosen == YOURS else None


def choose_model_version(everything: Statistics, mine: bool | None) -> str | None:
    """The choice is part of the page's address, so that it can be shared. None means all versions.

    It is not bound to the address by Streamlit, which would take the model out of a link to the history.
    """
    options = [ALL, *(str(version.model) for version in everything.by_model)]
    asked = st.query_params.get("model", ALL)
    if asked not in options and has_predictions(
        asked, mine
    ):  # `everything` is a few seconds old and may not list it yet
        options.append(asked)
    st.session_state[MODEL] = asked if asked in options else ALL
    chosen = st.selectbox("Model version", options, key=MODEL, on_change=update_address)
    return None if chosen == ALL else chosen


def update_address() -> None:
    """Writes the chosen version to the address."""
    chosen = st.session_state[MODEL]
    st.query_params.from_dict({} if chosen == ALL else {MODEL: chosen})


def has_predictions(model: str, mine: bool | None) -> bool:
    """Whether storage has predictions of this model. False if the name is not valid."""
    try:
        return read_statistics(model, mine).overall.predictions > 0
    except RefusedError:
        return False


def show_parts(statistics: Statistics, everything: Statistics, filters: HistoryFilters) -> None:
    """All charts, from the overall accuracy to the details."""
    show_overall(statistics)
    if statistics.overall.labelled:
        left, right = st.columns(2, gap="medium")
        with left.container(border=True, height="stretch"):
            show_running_accuracy(statistics)
        with right.container(border=True, height="stretch"):
            show_days(statistics)
        with st.container(border=True, key="confusion-card"):
            show_confusion(statistics, filters)
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
    show_rejections(statistics.rejections)


def show_overall(statistics: Statistics) -> None:
    """The accuracy with its 95 % interval."""
    overall = statistics.overall
    if not overall.labelled:
        show_sentence(NO_LABELS.format(count=overall.predictions), SENTENCE, draw_link=True)
        st.page_link(HISTORY, label=LABEL_THEM, icon=":material/label:", query_params={"show": "unlabelled"})
        return
    tally = Tally("all", overall.correct, overall.labelled)
    low, high = tally.interval
    there_is = "there is" if overall.labelled == 1 else "there are"
    reason = f"{there_is} only {count_labels(overall.labelled)}"
    warning = f" This is uncertain, because {reason}." if overall.labelled < MIN_LABELS else ""
    with st.container(border=True, key="overall"):
        st.html(f"""
<div class="overall"><div class="accuracy" data-testid="accuracy">{percent(tally.accuracy)}</div>
<div><b data-testid="counts">{overall.correct:,} of {count_things(overall.labelled, "labelled drawing")} read right</b>
<span>With 95% confidence the true accuracy is between {percent(low)} and {percent(high)}.{warning}</span>
<small>{NOTE.format(count=overall.predictions)}</small></div></div>""")


def count_labels(number: int) -> str:
    """Returns "1 label" or "1,234 labels"."""
    return count_things(number, "label")


def show_running_accuracy(statistics: Statistics) -> None:
    """The accuracy label by label."""
    points = statistics.running_accuracy
    which = "1 label" if len(points) == 1 else f"the latest {count_labels(len(points))}"
    show_heading("Accuracy over time", f"{which}; shaded: 95% interval")
    last = points[-1]
    sentence = f"Running accuracy, from {percent(points[0].accuracy)} to {percent(last.accuracy)}."
    if len(points) == 1:
        sentence = f"Accuracy of 1 label: {percent(last.accuracy)}."
    show_chart(charts.running_accuracy_chart(points), sentence)


def show_days(statistics: Statistics) -> None:
    """The accuracy day by day."""
    labelled = [day for day in statistics.by_day if day.labelled]
    days = labelled[-DAYS:]
    with_year = days[-1].day - days[0].day >= YEAR
    tallies = [Tally(write_day(day.day, with_year=with_year), day.correct, day.labelled) for day in days]
    which = f"the last {DAYS} days with labels; " if len(labelled) > DAYS else ""
    show_heading("By day", f"{which}{AT_TOP}")
    show_tallies("Accuracy by day", "day", tallies, by_column=True)


def show_digits(statistics: Statistics) -> None:
    """The accuracy for each true digit."""
    show_heading("By true digit", f"share of each digit that was read right; {AT_TOP}")
    show_tallies("Accuracy by true digit", "digit", tally_digits(statistics.confusion), by_column=True)


def show_models(everything: Statistics) -> None:
    """The accuracy of every model version, also if the rest of the page shows a single one."""
    show_heading("By model version", "each on its own drawings; intervals that overlap show no clear winner")
    labelled = [version for version in everything.by_model if version.labelled]
    tallies = [Tally(str(version.model), version.correct, version.labelled) for version in labelled]
    show_tallies("Accuracy by model version", "version", tallies)


def show_tallies(title: str, kind: str, tallies: Sequence[Tally], *, by_column: bool = False) -> None:
    """The tallies as a chart and as a table."""
    chart = charts.tally_columns(tallies) if by_column else charts.tally_rows(tallies)
    show_chart(chart, describe(title, tallies))
    st.html(folded_table_html(title, (kind, *HEAD), [write_tally(tally) for tally in tallies]))


def show_confidence(statistics: Statistics) -> None:
    """The number of predictions by confidence."""
    bins = statistics.confidence_bins
    show_heading("Confidence", f"{count_things(statistics.overall.predictions, 'prediction')} by confidence")
    if not statistics.overall.predictions:
        st.html('<p class="sentence">This version has not read anything yet.</p>')
        return
    highest = bins[-1].predictions / statistics.overall.predictions
    show_chart(charts.confidence_chart(bins), f"Confidence: {percent(highest)} of the predictions have 90% or more.")
    rows = [[write_bin(each.lower, each.upper), f"{each.predictions:,}", f"{each.labelled:,}"] for each in bins]
    st.html(folded_table_html("Predictions by confidence", ("confidence", "predictions", "labelled"), rows))


def show_reliability(statistics: Statistics) -> None:
    """Accuracy against confidence: of predictions with a confidence of 80 %, four in five should be right."""
    bins, labelled = statistics.confidence_bins, statistics.overall.labelled
    tallies = [tally for tally in map(tally_bin, bins) if tally]
    show_heading("Calibration", f"dashed line: accuracy equals confidence; {AT_TOP}")
    show_chart(charts.reliability_chart(bins), describe("Accuracy by confidence", tallies))
    warning = "" if labelled >= MIN_LABELS else ", too few for a reliable value"
    st.html(
        f'<p class="note" data-testid="calibration-error">Expected calibration error: {calibration_error(bins):.1%}, '
        f"over {count_labels(labelled)} in ten bins{warning}.</p>"
    )
    rows = [write_tally(tally) for tally in tallies]
    st.html(folded_table_html("Accuracy by confidence", ("confidence", *HEAD), rows))


def describe(title: str, tallies: Sequence[Tally]) -> str:
    """The chart in words."""
    return f"{title}: " + ", ".join(f"{tally.name} {percent(tally.accuracy)} of {tally.labelled}" for tally in tallies)


def write_tally(tally: Tally) -> list[str]:
    """One row of the table."""
    low, high = map(percent, tally.interval)
    return [tally.name, f"{tally.labelled:,}", f"{tally.correct:,}", percent(tally.accuracy), f"{low} to {high}"]


def write_day(day: date, *, with_year: bool) -> str:
    """`21 Nov`, or `21 Nov 2026`."""
    return f"{day.day} {day:%b %Y}" if with_year else f"{day.day} {day:%b}"


def write_bin(lower: float, upper: float) -> str:
    """`90% to 100%`."""
    return f"{lower:.0%} to {upper:.0%}"


show_statistics()
