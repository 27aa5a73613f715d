"""The API page: example programs that ask inference for predictions, with the drawing on the canvas as the example.

The answer and the error that it shows come from inference itself, so they are always up to date.
"""

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
from services.frontend.views.api.exchange import Exchange, exchange
from services.frontend.views.api.programs.call import FILE, KEY_VARIABLE, Call, Question
from services.frontend.views.api.programs.languages import LANGUAGES, Language
from services.frontend.views.api.small_drawing import write_small
from shared.clients.service import RefusedError, ServiceUnavailableError
from shared.contracts.problem import Problem

QUESTIONS: dict[Question, str] = {
    "predict": "One drawing",
    "predict/batch": "Many drawings",
    "explain": "With an explanation",
    "read": "A page of digits",
}
AWAY = "The recogniser can't be reached right now. Try again later."
NOT_TRIED = Exchange("", "", "Press “Try it”: this page then sends the request, and the answer stands here.")
NOT_ANSWERED = Exchange("", "", AWAY)
ANSWER_PX = 360  # the same before and after the answer, so that nothing moves
PROBLEM_TTL_S = 10.0
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
    show_call(address, has_key=bool(settings.inference_api_key.get_secret_value()))
    show_errors()


@st.fragment
def show_call(address: str, *, has_key: bool) -> None:
    """The choice of a question, the drawing, the answer to that question, and the programs that ask it."""
    drawn = get_draw_state().drawing
    drawing = drawn or draw_example()
    call = choose_call(address, write_small(drawing), has_key=has_key)
    with st.container(border=True, key="api-example"):
        picture, answer = st.columns([1, 2.6], gap="medium")
        with picture:
            show_drawing(drawing, "Your drawing" if drawn else "An example; you can draw your own")
        with answer:
            show_answer(call, drawing)
    for tab, language in zip(st.tabs([language.name for language in LANGUAGES]), LANGUAGES, strict=True):
        with tab:
            show_program(language, call)


def choose_call(address: str, drawing: str, *, has_key: bool) -> Call:
    """The question, with the model that the visitor has chosen on the Models page."""
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
        with_key = st.toggle("With an API key", value=has_key, key="api-key")
    return Call(address, question, drawing, with_key, get_chosen_model())


def show_drawing(drawing: bytes, whose: str) -> None:
    """The drawing, and a button that saves it as a file."""
    st.html(
        f'<figure class="drawing"><img alt="{whose}" data-testid="api-drawing" '
        f'src="{write_data_uri(drawing)}"><figcaption>{whose}</figcaption></figure>'
    )
    st.download_button(FILE, drawing, FILE, "image/png", on_click="ignore", icon=":material/download:", width="stretch")


def show_answer(call: Call, drawing: bytes) -> None:
    """A button that makes the call, and the request and the answer as they were."""
    with st.container(horizontal=True, vertical_alignment="center"):
        is_tried = st.button("Try it", type="primary", icon=":material/send:", key="api-try")
        st.html('<p class="note">Answers on this page are not saved in the history.</p>', width="content")
    tried = ask(call, drawing) if is_tried else NOT_TRIED
    request = tried.request or f"POST {call.url}"
    status = f"\n→ {tried.status}" if tried.status else ""
    with st.container(height=ANSWER_PX, border=False, key="api-answer"):
        st.code(request + status, language=None, wrap_lines=True)
        st.code(tried.body, language="json" if tried.status else None, wrap_lines=True)


def ask(call: Call, drawing: bytes) -> Exchange:
    """The request and the answer, which may be a problem."""
    try:
        return exchange(connect().page_inference, call, drawing)
    except ServiceUnavailableError:
        return NOT_ANSWERED


def show_program(language: Language, call: Call) -> None:
    """The program, and what it needs."""
    st.code(language.write(call), language=language.syntax, wrap_lines=True)
    if language.note:
        st.markdown(language.note)
    if call.with_key:
        st.html(
            f'<p class="note">In a shell, Python and Node the key is in the environment variable '
            f"<code>{KEY_VARIABLE}</code>; a browser asks for it. The administrator of Slate makes a key with "
            "<code>python -m services.inference.api_key NAME</code>.</p>"
        )


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
