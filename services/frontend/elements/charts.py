"""Shows an Altair chart in the colours of the page, with a description for people who cannot see it.

The four colours have a contrast of at least 3:1 with both backgrounds. No chart tells things apart by colour alone.
"""

from collections.abc import Mapping

import altair as alt
import streamlit as st

GREEN, RED, GREY, BLUE = "#3f8a76", "#c85a43", "#7d8380", "#5b7fb8"

Chart = alt.Chart | alt.LayerChart | alt.FacetChart
Row = Mapping[str, object]


def show_chart(chart: Chart, description: str) -> None:
    """Shows the chart as wide as its column. A chart of a known height has its place before it is drawn."""
    height = None if isinstance(chart, alt.FacetChart) else chart["height"]  # each facet has its own
    st.altair_chart(with_text_colour(chart), height=height if isinstance(height, int) else "content", alt=description)


def with_text_colour(chart: Chart) -> Chart:
    """The chart with the theme's text colour, because the greys of Streamlit's charts have less than 4.5:1 contrast."""
    ink = st.get_option(f"theme.{st.context.theme.type or 'light'}.textColor")
    coloured: Chart = (
        chart.configure_axis(labelColor=ink, titleColor=ink, titleFontWeight="normal")
        .configure_legend(labelColor=ink, titleColor=ink)
        .configure_text(color=ink)
    )
    return coloured
