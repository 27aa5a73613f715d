"""The command that reads folders of pictures, with a real inference service and the shipped models."""

import csv
import os
import pty
import select
import signal
import subprocess
import sys
import termios
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from PIL import Image
from starlette.responses import JSONResponse, Response

from services.inference.app import create_app
from services.inference.settings import Settings
from shared.clients.inference import InferenceClient
from shared.clients.read.__main__ import main
from shared.contracts.page import PageReading
from shared.recognition.model_version import READER
from tests.e2e.stack import free_port, wait_until
from tests.integration.clients.listening import listening
from tests.integration.clients.stand_in import StandIn, problem
from tests.integration.inference.conftest import MODELS, encode, seven
from tests.tiny_reader import write_tiny_reader
from tests.unit.clients.page_readings import a_reading
from tests.unit.recognition.written_page import as_png, write_rows

LONG_S = 120
PAGES = {"one/a.png": ["2026", "31415"], "one/b.png": ["58"], "two/c.PNG": ["7"]}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Its reader network has random weights, so it reads the same random numbers each time."""
    models = tmp_path_factory.mktemp("models")
    for shipped in MODELS.iterdir():
        if shipped.name != READER:
            (models / shipped.name).symlink_to(shipped)
    write_tiny_reader(models, eagerness=2)
    with listening(create_app(Settings(models_dir=models))) as address:
        yield address


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, lines in PAGES.items():
        file = tmp_path / "forms" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(as_png(write_rows(lines, size=30)[0]))
    return tmp_path


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return sorted(csv.DictReader(file, strict=True), key=lambda row: (row["file"], row["number"]))


def read(address: str, *arguments: str) -> int:
    return main([*arguments, "--output", "answers.csv", "--url", address])


def test_a_folder_is_read_into_one_row_for_each_number(folder: Path) -> None:
    with listening(create_app(Settings(models_dir=MODELS))) as address:
        assert read(address, "forms") == 0
    rows = rows_of(folder / "answers.csv")
    assert [(row["file"], row["line"], row["text"]) for row in rows] == [
        ("forms/one/a.png", "1", "2026"),
        ("forms/one/a.png", "2", "31415"),
        ("forms/one/b.png", "1", "58"),
        ("forms/two/c.PNG", "1", "7"),
    ]
    assert all(0 < float(row["confidence"]) <= 1 and int(row["width"]) > 0 for row in rows)


def test_the_rows_are_the_numbers_that_the_service_reads(folder: Path, service: str) -> None:
    assert read(service, "forms") == 0
    with InferenceClient(service) as client:
        for file in ("forms/one/a.png", "forms/one/b.png", "forms/two/c.PNG"):
            reading = client.read((folder / file).read_bytes())
            rows = [row for row in rows_of(folder / "answers.csv") if row["file"] == file]
            numbers = {(row["number"], row["text"], row["left"]) for row in rows if row["text"]}
            expected = enumerate(reading.numbers, start=1)
            assert numbers == {(str(place), number.text, str(number.box.left)) for place, number in expected}
            assert rows


def test_a_second_run_reads_only_what_is_new(
    folder: Path, service: str, stand_in: StandIn, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    read(service, "forms")
    before = (folder / "answers.csv").read_bytes()
    assert read(f"http://127.0.0.1:{free_port()}", "forms") == 0  # nothing is asked
    assert (folder / "answers.csv").read_bytes() == before
    (folder / "forms" / "d.png").write_bytes(b"a picture")
    stand_in.will_answer(Response(), JSONResponse(a_reading("42").model_dump(mode="json")))
    assert read(url, "forms") == 0
    assert [asked.line for asked in stand_in.asked] == ["GET /readyz", "POST /v1/read"]
    assert (folder / "answers.csv").read_bytes().startswith(before)
    assert "Pictures in answers.csv: 4." in capsys.readouterr().err


def test_pictures_with_a_problem_have_rows_and_the_others_are_read(folder: Path, service: str) -> None:
    (folder / "forms" / "blank.png").write_bytes(encode(Image.new("L", (300, 300), 255)))
    (folder / "forms" / "broken.png").write_bytes(encode(seven())[:200])
    for _ in range(2):  # a later run says it again
        assert read(service, "forms") == 1
    rows = rows_of(folder / "answers.csv")
    problems = {row["file"]: row["problem"] for row in rows}
    assert (problems["forms/blank.png"], problems["forms/broken.png"]) == ("blank_drawing", "unreadable_image")
    assert set(problems) == {*(f"forms/{name}" for name in (*PAGES, "blank.png", "broken.png"))}


def make_halting_app(answers: int, goes_on: threading.Event) -> FastAPI:
    """Answers every page with two numbers. After some answers the next ones wait until `goes_on` is set."""
    app, left = FastAPI(), threading.Semaphore(answers)

    @app.get("/readyz")
    def ready() -> Response:
        return Response()

    @app.post("/v1/read")
    def answer() -> PageReading:
        if not left.acquire(blocking=False):
            assert goes_on.wait(LONG_S)
        return a_reading("19,95 3")

    return app


def test_a_killed_run_loses_nothing_and_is_continued(folder: Path) -> None:
    for number in range(30):
        (folder / f"{number:02}.png").write_bytes(b"a picture")
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    output, goes_on = folder / "answers.csv", threading.Event()
    with listening(make_halting_app(12, goes_on)) as address:
        command = [sys.executable, "-m", "shared.clients.read", ".", "--output", "answers.csv", "--url", address]
        process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
        wait_until(lambda: output.exists() and len(rows_of(output)) == 12 * 2, "the rows of 12 pictures")
        process.send_signal(signal.SIGKILL)
        process.wait()
        goes_on.set()
        before = output.read_bytes()
        assert subprocess.run(command, env=environment, stderr=subprocess.DEVNULL, timeout=LONG_S).returncode == 0
    assert output.read_bytes().startswith(before)
    files = [row["file"] for row in rows_of(output)]
    assert len(files) == 2 * len(set(files)) == 2 * (30 + len(PAGES))


def test_a_terminal_shows_the_progress(folder: Path) -> None:
    terminal, stderr = pty.openpty()
    termios.tcsetwinsize(stderr, (24, 80))
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    with listening(make_halting_app(len(PAGES), threading.Event())) as address:
        command = [sys.executable, "-m", "shared.clients.read", "forms", "--output", "answers.csv", "--url", address]
        assert subprocess.run(command, env=environment, stderr=stderr, timeout=LONG_S).returncode == 0
    shown = b""
    while select.select([terminal], [], [], 0)[0]:
        shown += os.read(terminal, 10_000)
    os.close(stderr)
    os.close(terminal)
    assert b"3/3" in shown


def test_an_overloaded_service_is_asked_again_after_its_retry_after(folder: Path, stand_in: StandIn, url: str) -> None:
    stand_in.will_answer(
        Response(),
        problem(503, "overloaded"),
        problem(429, "rate_limited"),
        JSONResponse(a_reading("42").model_dump(mode="json")),
    )
    assert read(url, "forms/two") == 0
    assert [row["text"] for row in rows_of(folder / "answers.csv")] == ["42"]


@pytest.mark.parametrize(("status", "code"), [(401, "unauthorised"), (404, "unknown_model"), (403, "forbidden")])
def test_a_refusal_that_is_not_about_the_picture_stops_the_run_and_leaves_no_row(
    folder: Path, stand_in: StandIn, url: str, status: int, code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    stand_in.will_answer(Response(), *[problem(status, code)] * 3)
    assert read(url, "forms") == 2
    assert rows_of(folder / "answers.csv") == []
    assert "Stopped: Draw something." in capsys.readouterr().err


def test_a_picture_that_the_service_fails_on_has_no_row_and_is_tried_again(
    folder: Path, stand_in: StandIn, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    stand_in.will_answer(Response(), problem(500, "internal_error"), Response())
    assert read(url, "forms/two") == 1
    assert "forms/two/c.PNG: " in capsys.readouterr().err
    stand_in.will_answer(Response(), JSONResponse(a_reading().model_dump(mode="json")))
    assert read(url, "forms/two") == 0
    assert [(row["text"], row["problem"]) for row in rows_of(folder / "answers.csv")] == [("", "")]


def test_nothing_is_read_while_no_service_is_ready(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    address = f"http://127.0.0.1:{free_port()}"
    assert read(address, "forms") == 2
    assert f"No inference service is ready at {address}" in capsys.readouterr().err


def test_the_api_key_comes_from_the_environment(
    folder: Path, stand_in: StandIn, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLATE_API_KEY", "a key")
    stand_in.will_answer(Response(), JSONResponse(a_reading("42").model_dump(mode="json")))
    assert read(url, "forms/two", "--model", "cnn", "--at-once", "1") == 0
    assert stand_in.asked[1].line == "POST /v1/read?model=cnn"
    assert stand_in.asked[1].headers["authorization"] == "Bearer a key"
