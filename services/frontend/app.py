"""`streamlit run services/frontend/app.py`: the frame around the pages."""

from pathlib import Path

import streamlit as st

st.set_page_config(page_title="Slate", page_icon="✏️", layout="wide", initial_sidebar_state="collapsed")
st.html(Path(__file__).parent / "style.css")

page = st.navigation(
    [st.Page("views/draw.py", title="Draw", icon=":material/draw:", default=True)],
    position="hidden",
)
st.html('<header class="masthead"><h1>Slate</h1><p>Draw a digit. See what it is read as, and how sure.</p></header>')
page.run()
