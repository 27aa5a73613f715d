"""`streamlit run services/frontend/app.py`: the frame around the pages, one module of `views/` each."""

from pathlib import Path

import streamlit as st

from services.frontend.banners import show_banners

HERE = Path(__file__).parent
VIEWS = [
    st.Page("views/draw.py", title="Draw", icon=":material/draw:", default=True),
]

st.set_page_config(page_title="Slate", page_icon="✏️", layout="wide", initial_sidebar_state="collapsed")
st.logo(HERE / "static" / "slate.svg", size="large")
for sheet in sorted((HERE / "styles").glob("*.css")):
    st.html(sheet)

page = st.navigation(VIEWS, position="top")
# Each has a container of its own from the start: a banner that came later would shift the canvas, and so wipe it.
banners, view = st.container(key="banners"), st.container(key="view")
with view:
    page.run()
with banners:  # second, since it asks for another run where the page shows less than there is to show
    show_banners()
