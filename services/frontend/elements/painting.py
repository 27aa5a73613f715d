"""Puts a chart on the page: its text in the theme's own ink, its description for who can't see it."""

import streamlit as st

from services.frontend.elements.charts import Chart


def show_chart(chart: Chart, description: str) -> None:
    """As wide as its column."""
    st.altair_chart(paint(chart), alt=description)


def paint(chart: Chart) -> Chart:
    """The same with readable text: Streamlit's greys are fainter than 4.5:1."""
    ink = st.get_option(f"theme.{st.context.theme.type or 'light'}.textColor")
    painted: Chart = (
        chart.configure_axis(labelColor=ink, titleColor=ink, titleFontWeight="normal")
        .configure_legend(labelColor=ink, titleColor=ink)
        .configure_text(color=ink)
    )
    return painted
