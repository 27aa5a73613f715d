"""Streamlit runs this script for every visitor and change: navigation and banners around the current page."""

from itertools import chain
from pathlib import Path

import streamlit as st

from services.frontend.banners import show_banners
from services.frontend.scrolling import scroll_to_beginning
from services.frontend.session.chosen_model import get_chosen_model, take_model_back
from services.frontend.session.draw_state import get_draw_state
from services.frontend.session.greeting import show_who, wait_for_rights
from services.frontend.session.identity import Identity, Kind, get_identity
from services.frontend.session.kept_drawing import keep_drawing
from services.frontend.session.signing_in import send_what_waited_for
from services.frontend.session.tab import keep_in_tab
from shared.web.request_id import begin_request

HERE = Path(__file__).parent
SIGN_IN = Path("views/sign_in/page.py")
MENU = f"<script>{(HERE / 'menu.js').read_text()}</script>"


def list_pages(identity: Identity) -> dict[str, list[st.Page]]:
    """The pages of the navigation by section. Pages of the section "" stand beside each other, before the sections.

    At the keyboard nobody needs to sign in, so that page is hidden.
    """
    return {
        "": [
            st.Page("views/draw/page.py", title="Draw", icon=":material/draw:", default=True),
            st.Page("views/photo/page.py", title="Photo", url_path="photo", icon=":material/photo_camera:"),
            st.Page("views/history/page.py", title="History", url_path="history", icon=":material/history:"),
            st.Page("views/play/page.py", title="Play", url_path="play", icon=":material/sports_esports:"),
        ],
        "Model": [
            st.Page(
                "views/look_inside/page.py",
                title="Look inside",
                url_path="look-inside",
                icon=":material/visibility:",
            ),
            st.Page(
                "views/help_the_model/page.py",
                title="Help the model",
                url_path="help-the-model",
                icon=":material/volunteer_activism:",
            ),
            st.Page("views/models/page.py", title="Models", url_path="models", icon=":material/model_training:"),
            st.Page(
                "views/statistics/page.py", title="Statistics", url_path="statistics", icon=":material/monitoring:"
            ),
        ],
        "More": [
            st.Page("views/api/page.py", title="API", url_path="api", icon=":material/api:"),
            st.Page(
                SIGN_IN,
                title=identity.title if identity.is_curator else "Sign in",
                url_path="sign-in",
                icon=":material/account_circle:" if identity.is_curator else ":material/login:",
                visibility="hidden" if identity.kind is Kind.KEYBOARD else "visible",
            ),
        ],
    }


begin_request()
st.set_page_config(page_title="Slate", page_icon="✏️", layout="wide", initial_sidebar_state="collapsed")
st.logo(HERE / "static" / "slate.svg", size="large")

wait_for_rights()
send_what_waited_for(get_identity())
pages = list_pages(get_identity())
page = st.navigation(pages, position="top")
st.set_page_config(page_title=f"{page.title} · Slate")
# Both containers exist from the start: a banner that was inserted later would shift the canvas, which wipes it.
banners, view = st.container(key="banners"), st.container(key="view")
with view:
    page.run()
scroll_to_beginning(page, chain.from_iterable(pages.values()))
show_who(get_identity())
if page.url_path:  # the Draw page keeps its drawing itself, after each stroke
    keep_drawing(get_draw_state())
keep_in_tab("model", get_chosen_model(), take_model_back)
st.html(MENU, unsafe_allow_javascript=True)
with banners:  # after the page, because the banners rerun it when it is out of date
    show_banners()
