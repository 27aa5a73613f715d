"""What others wrote is text on the page and never HTML: names of models and files, sentences of services."""

import ast
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from services.frontend.elements.answer import answer_html, describe_confidence, empty_answer_html
from services.frontend.elements.table import folded_table_html, table_html
from services.frontend.session.greeting import describe
from services.frontend.session.identity import Identity, Kind
from services.frontend.views.history.row import row_html
from shared.contracts.inference import Prediction
from shared.contracts.message import ModelVersion
from shared.contracts.storage import StoredPrediction

FRONTEND = Path(__file__).parents[2] / "services" / "frontend"
HOSTILE = """'"><script>alert(1)</script><img src=x onerror=alert(1)>"""
MODEL = ModelVersion(name=HOSTILE[:64], version=HOSTILE[:64])
ANSWER = {"digit": 3, "confidence": 0.9, "probabilities": [0.1] * 10, "digit_score": 0.9, "model": MODEL}
READ = Prediction.model_validate({**ANSWER, "id": uuid4(), "elapsed_ms": 1, "image": None})
STORED = StoredPrediction.model_validate(
    {**ANSWER, "id": uuid4(), "created_at": datetime.now(UTC), "source": "api", "label": None, "labelled_at": None}
)
WRITERS: dict[str, Callable[[], str]] = {
    "an answer": lambda: answer_html(READ, describe_confidence(READ, 0)),
    "a row of the history": lambda: row_html(STORED, None, "data:,", ZoneInfo("UTC"), None),
    "a table": lambda: table_html(HOSTILE, [HOSTILE], [[HOSTILE, HOSTILE]]),
    "a folded table": lambda: folded_table_html(HOSTILE, [HOSTILE], [[HOSTILE]]),
    "a problem": lambda: empty_answer_html(HOSTILE),
    "a curator": lambda: describe(Identity("key", Kind.CURATOR, HOSTILE)),
}


@pytest.mark.parametrize("written", WRITERS)
def test_hostile_text_is_shown_as_it_is(written: str) -> None:
    html = WRITERS[written]()
    assert "<script" not in html
    assert "<img src=x" not in html
    assert "&lt;script&gt;" in html


# What services and people say in their own words, by the last part of its name in the code.
FREE_TEXT = {"reference", "version", "model", "detail", "reason", "why", "who", "engine", "architecture", "fact"}
TAG = re.compile(r"</?[a-z]")
FREE_NAMES = {"model.name", "photo.name", "identity.name", "identity.title", "file.name", "two[0]", "two[1]"}


def find_unescaped(tree: ast.AST) -> Iterator[str]:
    """Expressions of free text that stand in HTML as they are."""
    for text in ast.walk(tree):
        parts = text.values if isinstance(text, ast.JoinedStr) else []
        if not any(isinstance(part, ast.Constant) and TAG.search(str(part.value)) for part in parts):
            continue
        for part in parts:
            if isinstance(part, ast.FormattedValue) and not part.format_spec:
                words = ast.unparse(part.value)
                if words in FREE_NAMES or (
                    (words.isidentifier() or "." in words) and words.split(".")[-1] in FREE_TEXT
                ):
                    yield words


def test_no_html_of_the_page_holds_the_words_of_others_unescaped() -> None:
    found = {
        f"{path.relative_to(FRONTEND)}: {words}"
        for path in FRONTEND.rglob("*.py")
        for words in find_unescaped(ast.parse(path.read_text()))
    }
    # Put together from escaped parts, or a constant.
    assert found <= {"views/history/row.py: model", "views/history/enlarged.py: model"}


def test_the_search_finds_what_it_is_for() -> None:
    hostile = [
        "f'<b>{model.name}</b>'",
        "f'<b>{two[0]}</b>'",
        "f'<b>{problem.detail}</b>'",
        "f'<p>{version.reference}'",
    ]
    assert all(list(find_unescaped(ast.parse(code))) for code in hostile)
    assert not list(find_unescaped(ast.parse("f'<b>{escape(model.name)}</b> {model:.1f}'")))


def test_scripts_of_the_page_are_files_or_constants() -> None:
    """`unsafe_allow_javascript` turns off the cleaning of HTML in the browser."""
    for path in FRONTEND.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text())):
            if isinstance(call, ast.Call) and any(word.arg == "unsafe_allow_javascript" for word in call.keywords):
                script = ast.unparse(call.args[0])
                assert script.isupper() or script == "SCRIPT.format(path=path, ticket=ticket, to=path + to)", path
            assert not (isinstance(call, ast.keyword) and call.arg == "unsafe_allow_html"), path
