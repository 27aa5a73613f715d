"""The API page: example programs that ask inference for predictions, with the drawing on the canvas as the example.

The answer and the error that it shows come from inference itself, so they are always up to date.
"""

import json
from html import escape

import streamlit as st

from services.frontend.connections import connect
from services.frontend.elements.data_uri import write_data_uri
from services.frontend.elements.headings import show_title
from services.frontend.elements.table import table_html
from services.frontend.session.chosen_model import get_chosen_model
from services.frontend.session.draw_state import get_draw_state
from services.frontend.settings import Settings
from services.frontend.views.api.example_drawing import draw_example
from services.frontend.views.api.snippets import FILE, KEY_VARIABLE, LANGUAGES, Language, Question
from shared.clients.service import RefusedError, ServiceUnavailableError
from shared.contracts.problem import Problem

QUESTIONS: dict[Question, str] = {
    "predict": "One drawing",
    "predict/batch": "Many drawings",
    "explain": "With an explanation",
    "read": "A page of digits",
}
AWAY = "The recogniser can't be reached right now. Try again later."
PROBLEM_TTL_S = 10.0
SHOWN_IMAGE = 24  # characters of the base64 text
ERRORS = (
    ("blank_drawing", "422", "There is no ink in the drawing."),
    ("unreadable_image", "422", "The file is not a PNG, JPEG or WebP picture."),
    ("invalid_request", "422", "The request is not valid; detail says where."),
    ("too_large", "413", "Too many bytes, pixels or images."),
    ("unsupported_media_type", "415", "The service does not read this Content-Type."),
    ("unauthorised", "401", "An API key is needed, but none was sent."),
    ("forbidden", "403", "The API key is not known."),
    ("rate_limited", "429", "Too many requests. Wait as long as Retry-After says."),
    ("unknown_model", "404", "There is no such model version."),
    ("timeout", "408", "The body of the request took too long to arrive."),
    ("not_ready", "503", "The default model is not loaded."),
    ("overloaded", "503", "The service is too busy. Wait as long as Retry-After says."),
    ("upstream_failed", "502", "An external model (openai/…) did not answer with a digit."),
    ("upstream_timeout", "504", "An external model did not answer in time."),
)


def show_api() -> None:
    """Shows the address, an example, the programs and the error codes."""
    settings = Settings()
    address = settings.api_address
    show_title("API")
    st.markdown(
        f"Other programs can read digits at `{address}`. Add `?model=name` or `?model=name/version` to choose a model. "
        f"The full documentation is at [{address}/docs]({address}/docs)."
    )
    show_example()
    show_programs(address, with_key=bool(settings.inference_api_key.get_secret_value()))
    show_errors()


@st.fragment
def show_example() -> None:
    """The drawing as a file, and the answer of the API."""
    drawn = get_draw_state().drawing
    drawing = drawn or draw_example()
    with st.container(border=True, key="api-example"):
        picture, answer = st.columns([1, 2.6], gap="medium")
        with picture:
            whose = "Your drawing" if drawn else "An example; you can draw your own"
            st.html(
                f'<figure class="drawing"><img alt="{whose}" data-testid="api-drawing" '
                f'src="{write_data_uri(drawing)}"><figcaption>{whose}</figcaption></figure>'
            )
            st.download_button(
                FILE, drawing, FILE, "image/png", on_click="ignore", icon=":material/download:", width="stretch"
            )
        with answer:
            st.html('<p class="note">The answer as JSON. Answers on this page are not saved in the history.</p>')
            if st.button("Try it", type="primary", icon=":material/send:", key="api-try"):
                st.code(ask(drawing), language="json", wrap_lines=True)


def ask(drawing: bytes) -> str:
    """The answer or the problem, as a caller gets it. The image is shortened."""
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
    """One tab for each language."""
    with st.container(horizontal=True, vertical_alignment="center", key="api-choice"):
        question: Question = st.segmented_control(
            "Question",
            list(QUESTIONS),
            default="predict",
            required=True,
            format_func=QUESTIONS.__getitem__,
            label_visibility="collapsed",
            wrap=True,
            key="api-question",
        )
        keyed = st.toggle("With an API key", value=with_key, key="api-key")
    for tab, language in zip(st.tabs([language.name for language in LANGUAGES]), LANGUAGES, strict=True):
        with tab:
            show_program(language, address, question, keyed)
    if keyed:
        st.html(
            f'<p class="note">The programs read the key from the environment variable <code>{KEY_VARIABLE}</code>. '
            "The administrator of Slate makes a key with <code>python -m services.inference.api_key NAME</code>.</p>"
        )


def show_program(language: Language, address: str, question: Question, keyed: bool) -> None:
    """The program, and what it needs."""
    st.code(language.write(address, question, keyed), language=language.syntax, wrap_lines=True)
    if language.note:
        st.markdown(language.note)


def show_errors() -> None:
    """An example of an error, and the table of error codes."""
    st.html('<h2 class="part">Errors</h2>')
    st.markdown(
        "An error is `application/problem+json` (RFC 9457). `code` is for programs and never changes. `detail` is a "
        "sentence for people. After 429 and 503, ask again after `Retry-After` seconds."
    )
    try:
        st.code(write_problem(get_example_problem()), language="json", wrap_lines=True)
    except ServiceUnavailableError:
        st.html(f'<p class="note">{AWAY}</p>')
    except RefusedError as refused:
        st.html(f'<p class="note">{escape(refused.problem.detail)}</p>')
    with st.container(key="api-errors"):
        st.html(table_html("Error codes", ("code", "status", "meaning"), ERRORS))


@st.cache_data(ttl=PROBLEM_TTL_S, show_spinner=False)
def get_example_problem() -> Problem:
    """The problem that inference reports for a file that is not a picture. RefusedError if the API key is wrong."""
    try:
        connect().inference.predict(b"not a picture")
    except RefusedError as refused:
        if refused.problem.code in {"unauthorised", "forbidden"}:
            raise
        return refused.problem
    raise ServiceUnavailableError


def write_problem(problem: Problem) -> str:
    """The problem as JSON."""
    return problem.model_dump_json(indent=2, exclude_none=True)


show_api()
