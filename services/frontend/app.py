"""Streamlit runs this script for every visitor and change: navigation, styles and banners around the current page."""

from pathlib import Path

import streamlit as st

from services.frontend.banners import show_banners

HERE = Path(__file__).parent
VIEWS = [
    st.Page("views/draw/page.py", title="Draw", icon=":material/draw:", default=True),
    st.Page("views/photo/page.py", title="Photo", url_path="photo", icon=":material/photo_camera:"),
    st.Page("views/history/page.py", title="History", url_path="history", icon=":material/history:"),
    st.Page("views/statistics/page.py", title="Statistics", url_path="statistics", icon=":material/monitoring:"),
    st.Page("views/models/page.py", title="Models", url_path="models", icon=":material/model_training:"),
    st.Page("views/api/page.py", title="API", url_path="api", icon=":material/api:"),
]

st.set_page_config(page_title="Slate", page_icon="✏️", layout="wide", initial_sidebar_state="collapsed")
st.logo(HERE / "static" / "slate.svg", size="large")
for sheet in sorted((HERE / "styles").glob("*.css")):
    st.html(sheet)

page = st.navigation(VIEWS, position="top")
# Both containers exist from the start: a banner that was inserted later would shift the canvas, which wipes it.
banners, view = st.container(key="banners"), st.container(key="view")
with view:
    page.run()
with banners:  # after the page, because the banners rerun it when it is out of date
    show_banners()
