"""Runs the example programs of the API page, unchanged, against the real inference service."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import playwright
import pytest
from playwright.sync_api import Browser, Page, expect
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from services.frontend.views.api.example_drawing import draw_example
from services.frontend.views.api.programs.call import KEY_VARIABLE, Call, Question
from services.frontend.views.api.programs.languages import LANGUAGES
from services.frontend.views.api.small_drawing import write_small
from services.inference.api_key import make_key
from services.inference.app import create_app
from services.inference.settings import Settings
from tests.e2e.hand import SEVEN, draw_on
from tests.integration.clients.listening import listening
from tests.integration.inference.conftest import MODELS

ROOT = Path(__file__).parents[2]
QUESTIONS: list[Question] = ["predict", "predict/batch", "explain", "read"]
WRITE = {language.name: language.write for language in LANGUAGES}
NODE = Path(playwright.__file__).parent / "driver" / "node"  # Playwright brings it along
TIMEOUT_S = 120


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A folder of web pages, and the origin that serves it."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "empty.html").write_text("<title>A page of the operator</title>")
    with listening(Starlette(routes=[Mount("/", StaticFiles(directory=folder, html=True))])) as origin:
        yield folder, origin


@pytest.fixture(scope="module")
def address(site: tuple[Path, str]) -> Iterator[str]:
    with listening(create_app(Settings(models_dir=MODELS, cors_origins=(site[1],)))) as address:
        yield address


@pytest.fixture(scope="module")
def key() -> tuple[str, str]:
    return make_key("tests")


@pytest.fixture(scope="module")
def guarded_address(key: tuple[str, str], site: tuple[Path, str]) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("INFERENCE_API_KEYS", key[1])
        with listening(create_app(Settings(models_dir=MODELS, cors_origins=(site[1],)))) as address:
            yield address


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "digit.png").write_bytes(draw_example())
    return tmp_path


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    yield page
    page.close()


def a_call(address: str, question: Question, *, with_key: bool = False, model: str | None = None) -> Call:
    return Call(address, question, write_small(draw_example()), with_key, model)


def run(command: list[str], folder: Path, key: str = "") -> str:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), KEY_VARIABLE: key}
    ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=TIMEOUT_S)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def run_in_node(program: str, folder: Path, key: str = "") -> str:
    (folder / "program.js").write_text(program)
    return run([str(NODE), "program.js"], folder, key)


def run_in_browser(page: Page, origin: str, program: str) -> str:
    """Runs the program as a classic script in a page of that origin. Returns what it logs."""
    page.goto(f"{origin}/empty.html")
    with page.expect_console_message(
        lambda message: "favicon" not in message.location["url"], timeout=TIMEOUT_S * 1000
    ) as logged:
        page.add_script_tag(content=program)
    return logged.value.text


@pytest.mark.parametrize("question", QUESTIONS)
def test_curl(address: str, folder: Path, question: Question) -> None:
    answer = json.loads(run(["bash", "-c", f"{WRITE['curl'](a_call(address, question))} --silent"], folder))
    predictions = [one["prediction"] for one in answer["digits"]] if question == "read" else [answer]
    digits = [one["digit"] for one in answer.get("predictions", predictions)]
    assert digits == ([7, 7] if question == "predict/batch" else [7])
    assert ("saliency" in answer) == (question == "explain")


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("language", ["Python", "Python, Slate's client"])
def test_python(address: str, folder: Path, language: str, question: Question) -> None:
    printed = run([sys.executable, "-c", WRITE[language](a_call(address, question))], folder)
    assert printed.count("7 None" if language == "Python" else "digit=7") == 2 or question != "predict/batch"
    assert printed.startswith("7 ") or question == "predict/batch"


@pytest.mark.parametrize("question", QUESTIONS)
def test_javascript_runs_as_it_stands_in_node(address: str, folder: Path, question: Question) -> None:
    logged = run_in_node(WRITE["JavaScript"](a_call(address, question)), folder)
    assert logged.startswith("7 ")
    assert logged.count("7 undefined") == 2 or question != "predict/batch"


@pytest.mark.browser
@pytest.mark.parametrize("question", QUESTIONS)
def test_javascript_runs_as_it_stands_in_a_page_of_another_origin(
    address: str, site: tuple[Path, str], page: Page, question: Question
) -> None:
    assert run_in_browser(page, site[1], WRITE["JavaScript"](a_call(address, question))).startswith("7 ")


@pytest.mark.browser
@pytest.mark.parametrize("question", QUESTIONS)
def test_the_web_page_reads_what_is_drawn_on_it(
    address: str, site: tuple[Path, str], page: Page, question: Question
) -> None:
    (site[0] / "index.html").write_text(WRITE["Web page"](a_call(address, question)))
    page.goto(site[1])
    if question == "predict/batch":
        picture = {"name": "digit.png", "mimeType": "image/png", "buffer": draw_example()}
        page.get_by_label("Drawings").set_input_files([picture, {**picture, "buffer": b"none"}])  # type: ignore[list-item]
        expect(page.locator("output")).to_have_text("7, unreadable_image")
        return
    draw_on(page, page.locator("canvas").first, SEVEN)
    expect(page.locator("output")).to_have_text({"predict": "7: 100 %"}.get(question, "7"))
    if question == "explain":
        colours = "map => new Set(map.getContext('2d').getImageData(0, 0, 28, 28).data).size"
        assert page.locator("#map").evaluate(colours) > 10
    page.get_by_role("button", name="Clear").click()
    page.locator("canvas").first.click(position={"x": 5, "y": 5})
    expect(page.locator("output")).not_to_have_text("7")


@pytest.mark.browser
def test_a_web_page_of_an_origin_that_is_not_allowed_gets_no_answer(
    address: str, site: tuple[Path, str], page: Page
) -> None:
    other = site[1].replace("127.0.0.1", "localhost")
    with page.expect_event("pageerror", timeout=TIMEOUT_S * 1000) as refused:
        assert "CORS policy" in run_in_browser(page, other, WRITE["JavaScript"](a_call(address, "predict")))
    assert str(refused.value) == "Failed to fetch"


@pytest.mark.browser
def test_every_program_sends_its_key(
    guarded_address: str, key: tuple[str, str], folder: Path, site: tuple[Path, str], page: Page
) -> None:
    page.on("dialog", lambda dialog: dialog.accept(key[0]))
    for question in QUESTIONS:
        call = a_call(guarded_address, question, with_key=True)
        assert "unauthorised" not in run(["bash", "-c", f"{WRITE['curl'](call)} --silent"], folder, key[0])
        for language in ("Python", "Python, Slate's client"):
            assert "7" in run([sys.executable, "-c", WRITE[language](call)], folder, key[0])
        assert run_in_node(WRITE["JavaScript"](call), folder, key[0]).startswith("7 ")
        assert run_in_browser(page, site[1], WRITE["JavaScript"](call)).startswith("7 ")
    (site[0] / "index.html").write_text(WRITE["Web page"](a_call(guarded_address, "predict", with_key=True)))
    page.goto(site[1])
    draw_on(page, page.locator("canvas"), SEVEN)
    expect(page.locator("output")).to_have_text("7: 100 %")


def test_every_program_asks_the_chosen_model(address: str, folder: Path) -> None:
    call = a_call(address, "predict", model="no-such/1")
    shell = run(["bash", "-c", f"{WRITE['curl'](call)} --silent"], folder)
    assert json.loads(shell)["code"] == "unknown_model"
    for language in ("Python", "Python, Slate's client"):
        command = [sys.executable, "-c", WRITE[language](call)]
        ran = subprocess.run(command, cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True)
        assert b"no-such/1" in ran.stderr
    for language in ("JavaScript", "Web page"):
        assert "/v1/predict?model=no-such/1" in WRITE[language](call)


def test_a_program_prints_the_detail_of_an_error(address: str, folder: Path) -> None:
    (folder / "digit.png").write_bytes(b"no picture")
    program = WRITE["Python"](a_call(address, "predict"))
    ran = subprocess.run([sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, timeout=TIMEOUT_S)
    assert ran.returncode == 1
    assert ran.stderr.strip() == "The file is not a PNG, JPEG or WebP picture."
