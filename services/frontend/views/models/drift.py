"""How the drawings of the last days differ from the validation data of the version that read them.

The report comes from inference. `python -m training.drift report` or the nightly run writes it, so that the page
computes nothing. An installation without a report shows nothing here.
"""

from html import escape

import streamlit as st

from services.frontend.elements.charts import show_chart
from services.frontend.elements.headings import show_heading
from services.frontend.views.models.drift_chart import BINS, drift_chart, list_shares
from services.frontend.views.models.lookups import find_drift
from shared.clients.service import ServiceUnavailableError
from shared.contracts.drift import ComparedDistribution, DriftReport

TITLE = "Drift"
NOTHING_DIFFERS = "Nothing differs clearly from the validation data."
COLUMNS = 3
NAMES = {
    "digit": "Digits",
    "confidence": "Confidence",
    "digit_score": "Digit score",
    "line_width": "Line width",
    "size": "Size on the picture",
    "darkness": "Contrast to the paper",
}


def show_drift(name: str) -> None:
    """The sentences and the distributions of the newest report of a model, if there is one."""
    try:
        report = find_drift(name)
    except ServiceUnavailableError:
        return
    if report is None:
        return
    with st.container(border=True, key="drift"):
        show_heading(TITLE, describe_report(report))
        for sentence in [report.note] if report.note else report.sentences or [NOTHING_DIFFERS]:
            st.html(f'<p class="sentence" data-testid="drift-sentence">{escape(sentence)}</p>')
        for start in range(0, len(report.distributions), COLUMNS):
            row = report.distributions[start : start + COLUMNS]
            for column, distribution in zip(st.columns(COLUMNS, gap="medium"), row, strict=False):
                with column:
                    show_distribution(distribution)


def describe_report(report: DriftReport) -> str:
    """The note below the heading."""
    return (
        f"how {report.drawings:,} digits that {escape(str(report.model))} read from {report.since:%-d %B} to "
        f"{report.created_at:%-d %B %Y} differ from its validation data"
    )


def show_distribution(distribution: ComparedDistribution) -> None:
    """The bars of one measure, and in words where most of its drawings are."""
    name = NAMES[distribution.measure]
    st.html(f'<h3 class="part">{name}</h3>')
    bins, shares = BINS[distribution.measure](distribution.edges), list_shares(distribution)
    most = max(range(len(shares)), key=shares.__getitem__)
    known = max(range(len(shares)), key=distribution.validation.__getitem__)
    words = (
        f"{name}: most drawings are at {bins[most]}, {shares[most]:.0%}; most validation data are at {bins[known]}, "
        f"{distribution.validation[known]:.0%}."
    )
    show_chart(drift_chart(distribution), words)
