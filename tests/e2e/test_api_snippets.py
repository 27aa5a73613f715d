"""Runs the example programs of the API page, unchanged, against the real inference service."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from services.frontend.views.api.example_drawing import draw_example
from services.frontend.views.api.snippets import KEY_VARIABLE, LANGUAGES, Question
from services.inference.api_key import make_key
from services.inference.app import create_app
from services.inference.settings import Settings
from tests.integration.clients.listening import listening
from tests.integration.inference.conftest import MODELS

ROOT = Path(__file__).parents[2]
QUESTIONS: list[Question] = ["predict", "predict/batch", "explain", "read"]
WRITE = {language.name: language.write for language in LANGUAGES}
TIMEOUT_S = 120


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with listening(create_app(Settings(models_dir=MODELS))) as address:
        yield address


@pytest.fixture(scope="module")
def key() -> tuple[str, str]:
    return make_key("tests")


@pytest.fixture(scope="module")
def guarded_address(key: tuple[str, str]) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("INFERENCE_API_KEYS", key[1])
        with listening(create_app(Settings(models_dir=MODELS))) as address:
            yield address


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "digit.png").write_bytes(draw_example())
    return tmp_path


def run(command: list[str], folder: Path, key: str = "") -> str:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), KEY_VARIABLE: key}
    ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=TIMEOUT_S)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def run_in_browser(page: Page, address: str, program: str, key: str = "") -> str:
    """Runs the program in a page of that address that has `digit.png`. Returns what it logs."""
    logged: list[str] = []
    page.on("console", lambda message: logged.append(message.text))
    page.on("pageerror", lambda error: logged.append(f"failed: {error}"))
    page.route("**/digit.png", lambda route: route.fulfill(body=draw_example(), content_type="image/png"))
    page.goto(f"{address}/healthz")
    with page.expect_event("console", timeout=TIMEOUT_S * 1000):
        page.add_script_tag(content=f"const {KEY_VARIABLE} = {json.dumps(key)};\n{program}", type="module")
    return "\n".join(logged)


@pytest.mark.parametrize("question", QUESTIONS)
def test_curl(address: str, folder: Path, question: Question) -> None:
    answer = json.loads(run(["bash", "-c", f"{WRITE['curl'](address, question, False)} --silent"], folder))
    predictions = [one["prediction"] for one in answer["digits"]] if question == "read" else [answer]
    digits = [one["digit"] for one in answer.get("predictions", predictions)]
    assert digits == ([7, 7] if question == "predict/batch" else [7])
    assert ("saliency" in answer) == (question == "explain")


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("language", ["Python", "Python, Slate's client"])
def test_python(address: str, folder: Path, language: str, question: Question) -> None:
    printed = run([sys.executable, "-c", WRITE[language](address, question, False)], folder)
    assert printed.count("7 None" if language == "Python" else "digit=7") == 2 or question != "predict/batch"
    assert printed.startswith("7 ") or question == "predict/batch"


@pytest.mark.browser
@pytest.mark.parametrize("question", QUESTIONS)
def test_javascript(address: str, browser: Browser, question: Question) -> None:
    page = browser.new_page()
    logged = run_in_browser(page, address, WRITE["JavaScript"](address, question, False))
    page.close()
    assert logged.startswith("7 ")


def test_every_program_sends_its_key(guarded_address: str, key: tuple[str, str], folder: Path) -> None:
    for question in QUESTIONS:
        shell = WRITE["curl"](guarded_address, question, True)
        assert "unauthorised" not in run(["bash", "-c", f"{shell} --silent"], folder, key[0])
        for language in ("Python", "Python, Slate's client"):
            assert "7" in run([sys.executable, "-c", WRITE[language](guarded_address, question, True)], folder, key[0])


@pytest.mark.browser
@pytest.mark.parametrize("question", QUESTIONS)
def test_javascript_sends_its_key(
    guarded_address: str, key: tuple[str, str], browser: Browser, question: Question
) -> None:
    page = browser.new_page()
    logged = run_in_browser(page, guarded_address, WRITE["JavaScript"](guarded_address, question, True), key[0])
    page.close()
    assert logged.startswith("7 ")


def test_a_program_prints_the_detail_of_an_error(address: str, folder: Path) -> None:
    (folder / "digit.png").write_bytes(b"no picture")
    program = WRITE["Python"](address, "predict", False)
    ran = subprocess.run([sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, timeout=TIMEOUT_S)
    assert ran.returncode == 1
    assert ran.stderr.strip() == "The file is not a PNG, JPEG or WebP picture."
