"""The table of all model versions, which can be sorted, and the versions that cannot be used.

The metrics come from the manifests, through inference. It is a component of our own, because Streamlit's tables are
drawn on a canvas, where nothing can be marked as the best.
"""

import re
from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from services.frontend.elements.headings import show_heading
from services.frontend.session.chosen_model import get_chosen_model
from services.frontend.views.models.columns import list_columns
from services.frontend.views.models.meanings import meanings_html
from services.frontend.views.models.speed import Speeds, get_speeds, show_measuring
from shared.contracts.inference import ModelDescription, ModelList

CAPTION = "Available versions"
SCRIPT = Path(__file__).parent / "sortable.js"
MARKUP = f"""
<div class="versions"><div class="table" role="region" tabindex="0" aria-label="{CAPTION}"></div></div>"""
SPECIAL = re.compile(r"[\\`*_~\[\]<>$:&|]")  # characters with a meaning in Streamlit's Markdown


@st.cache_resource
def _register_component() -> ComponentRenderer:
    return st.components.v2.component("slate_versions", html=MARKUP, js=SCRIPT.read_text(), isolate_styles=False)


def show_versions(listed: ModelList) -> None:
    """One row for each version, what the columns mean, and the versions that cannot be used."""
    show_heading("Versions", "press the name of a column to sort by it; ★ marks the best figure of each")
    _register_component()(key="versions-table", data=describe_versions(listed, get_speeds()))
    show_measuring([model.reference for model in listed.models])
    st.html(meanings_html())
    show_unavailable(listed)


def describe_versions(listed: ModelList, speeds: Speeds | None) -> dict[str, object]:
    """What the script needs: the columns, and the cells of each row with a text and a value to sort by.

    Below the name of a version stands which requests it answers.
    """
    columns = list_columns(listed.models, speeds)
    figures = zip(*(column.describe(listed.models) for column in columns), strict=True)
    return {
        "caption": CAPTION,
        "columns": [
            {"name": "version"},
            *({"name": column.name, "better": column.better} for column in columns),
            {"name": "published", "better": "higher"},
        ],
        "rows": [
            [
                {"text": model.reference, "value": model.reference, "note": describe_use(model, listed)},
                *cells,
                {"text": f"{model.created_at:%d %b %Y}", "value": model.created_at.timestamp()},
            ]
            for model, cells in zip(listed.models, figures, strict=True)
        ],
    }


def show_unavailable(listed: ModelList) -> None:
    """Says why some versions cannot be used."""
    for refused in listed.refused:
        version = escape_markdown(refused.reference)
        st.warning(f"{version} can't be used: {escape_markdown(refused.reason)}")


def escape_markdown(text: str) -> str:
    """Text as Markdown that shows it unchanged, on one line."""
    return SPECIAL.sub(r"\\\g<0>", " ".join(text.split()))


def describe_use(model: ModelDescription, listed: ModelList) -> str:
    """Which requests this version answers."""
    reference, default = model.reference, str(listed.default)
    if reference == (get_chosen_model() or default):
        return "answers your pages"
    if reference == default:
        return "the default"
    if reference == str(listed.shadow):
        return "in shadow"
    return f"answers to the name {model.name}" if model.current else "answers to its full name"
