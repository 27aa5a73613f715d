"""The API page: how another service asks what this page asks, with the drawing on the canvas as the example."""

import base64
import json
from html import escape

import streamlit as st

from services.frontend.chosen_model import get_chosen_model
from services.frontend.connections import connect
from services.frontend.elements.table import table_html
from services.frontend.settings import Settings
from services.frontend.views.api.example_drawing import draw_example
from services.frontend.views.api.snippets import FILE, KEY_VARIABLE, LANGUAGES, Language, Question
from services.frontend.views.draw.state import get_page_state
from shared.clients.service import RefusedError, ServiceUnavailableError
from shared.contracts.problem import Problem

QUESTIONS: dict[Question, str] = {
    "predict": "One drawing",
    "predict/batch": "Many at once",
    "explain": "And why",
    "read": "A page of digits",
}
AWAY = "The recogniser can't be reached just now; try again when it is back."
PROBLEM_TTL_S = 10.0
SHOWN_IMAGE = 24  # characters of the base64
ERRORS = (
    ("blank_drawing", "422", "There is no ink in the drawing."),
    ("unreadable_image", "422", "It is no PNG, JPEG or WebP file."),
    ("invalid_request", "422", "The request is malformed; its detail says where."),
    ("too_large", "413", "More bytes, pixels or images than are taken."),
    ("unsupported_media_type", "415", "Another Content-Type than the service reads."),
    ("unauthorised", "401", "No API key was sent, and one is needed."),
    ("forbidden", "403", "The API key is not known."),
    ("rate_limited", "429", "Too many requests; wait as Retry-After says."),
    ("unknown_model", "404", "There is no such model version."),
    ("timeout", "408", "The request's body took too long to arrive."),
    ("not_ready", "503", "No model is loaded to answer by default."),
    ("overloaded", "503", "Too much to do; wait as Retry-After says."),
    ("upstream_failed", "502", "A model that is not ours (openai/…) answered no digit."),
    ("upstream_timeout", "504", "A model that is not ours did not answer in time."),
)


def show_api() -> None:
    """Address, example, programs, errors."""
    settings = Settings()
    address = settings.api_address
    st.html('<h1 class="page-title">API</h1>')
    st.markdown(
        f"Everything this page knows about a digit, other services can ask at `{address}`. "
        f"`?model=name` or `?model=name/version` picks another model than the one in use; all there is to know is at "
        f"[{address}/docs]({address}/docs)."
    )
    show_example()
    show_programs(address, with_key=bool(settings.inference_api_key.get_secret_value()))
    show_errors()


@st.fragment
def show_example() -> None:
    """The drawing as a file, and the answer to it."""
    drawn = get_page_state().drawing
    drawing = drawn or draw_example()
    with st.container(border=True, key="api-example"):
        picture, answer = st.columns([1, 2.6], gap="medium")
        with picture:
            whose = "Your drawing" if drawn else "An example; draw your own on the page Draw"
            st.html(
                f'<figure class="drawing"><img alt="{whose}" data-testid="api-drawing" '
                f'src="data:image/png;base64,{base64.b64encode(drawing).decode()}"><figcaption>{whose}</figcaption></figure>'
            )
            st.download_button(
                FILE, drawing, FILE, "image/png", on_click="ignore", icon=":material/download:", width="stretch"
            )
        with answer:
            st.html('<p class="note">The answer, as JSON. Asked from here it is not kept in the history.</p>')
            if st.button("Try it", type="primary", icon=":material/send:", key="api-try"):
                st.code(ask(drawing), language="json", wrap_lines=True)


def ask(drawing: bytes) -> str:
    """The answer, or why there is none, as a caller gets it; the image is cut short."""
    try:
        prediction = connect().inference.predict(drawing, model=get_chosen_model())
    except ServiceUnavailableError:
        return AWAY
    except RefusedError as refused:
        return write_problem(refused.problem)
    answer = prediction.model_dump(mode="json")
    answer["image"] = f"{(prediction.image or '')[:SHOWN_IMAGE]}…"
    probabilities = json.dumps([round(share, 4) for share in prediction.probabilities])
    return json.dumps(answer | {"probabilities": "#"}, indent=2, ensure_ascii=False).replace('"#"', probabilities)


def show_programs(address: str, *, with_key: bool) -> None:
    """A tab a language."""
    with st.container(horizontal=True, vertical_alignment="center", key="api-choice"):
        question: Question = st.segmented_control(
            "Question",
            list(QUESTIONS),
            default="predict",
            required=True,
            format_func=QUESTIONS.__getitem__,
            label_visibility="collapsed",
            key="api-question",
        )
        keyed = st.toggle("With an API key", value=with_key, key="api-key")
    for tab, language in zip(st.tabs([language.name for language in LANGUAGES]), LANGUAGES, strict=True):
        with tab:
            show_program(language, address, question, keyed)
    if keyed:
        st.html(
            f'<p class="note">The key is read from <code>{KEY_VARIABLE}</code>. Whoever runs Slate makes one with '
            "<code>python -m services.inference.api_key NAME</code>.</p>"
        )


def show_program(language: Language, address: str, question: Question, keyed: bool) -> None:
    """The program and what it needs."""
    st.code(language.write(address, question, keyed), language=language.syntax, wrap_lines=True)
    if language.note:
        st.markdown(language.note)


def show_errors() -> None:
    """What a refusal looks like, and which there are."""
    st.html('<h2 class="part">When it says no</h2>')
    st.markdown(
        "A refusal is `application/problem+json` (RFC 9457): `code` is for programs and stays the same, `detail` is a "
        "sentence for people. 429 and 503 may be asked again, after `Retry-After` seconds."
    )
    try:
        st.code(write_problem(get_example_problem()), language="json", wrap_lines=True)
    except ServiceUnavailableError:
        st.html(f'<p class="note">{AWAY}</p>')
    except RefusedError as refused:
        st.html(f'<p class="note">{escape(refused.problem.detail)}</p>')
    with st.container(key="api-errors"):
        st.html(table_html("Refusals", ("code", "status", "why"), ERRORS))


@st.cache_data(ttl=PROBLEM_TTL_S, show_spinner=False)
def get_example_problem() -> Problem:
    """What inference says to something that is no picture. RefusedError where it is not for the picture."""
    try:
        connect().inference.predict(b"no picture")
    except RefusedError as refused:
        if refused.problem.code in {"unauthorised", "forbidden"}:
            raise
        return refused.problem
    raise ServiceUnavailableError


def write_problem(problem: Problem) -> str:
    """As JSON."""
    return problem.model_dump_json(indent=2, exclude_none=True)


show_api()
