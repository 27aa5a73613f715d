"""The benchmark of pages with a real inference service: pictures are read one by one and timed."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from PIL import Image

from benchmarks.inference_service import running_inference
from benchmarks.pages.__main__ import choose_kinds, main
from benchmarks.pages.service import find_service, make_clock, read_pictures
from benchmarks.pages.writers import Writers
from tests.integration.inference.conftest import encode, seven
from tests.network import CLOSED_URL
from tests.unit.benchmarks.pages.toy_writers import make_toy_writers
from training.rendering.canvas import encode_png


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with running_inference() as address:
        yield address


@pytest.fixture
def toy_writers(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(*_: object) -> Writers:  # MNIST is not on every machine
        return make_toy_writers()

    monkeypatch.setattr("benchmarks.pages.__main__.load_writers", load)


def write_pictures(folder: Path) -> list[Path]:
    """A seven, and a picture without ink."""
    (folder / "seven.png").write_bytes(encode(seven()))
    (folder / "blank.png").write_bytes(encode_png(Image.new("RGB", (60, 60), "white")))
    return [folder / "seven.png", folder / "blank.png"]


def test_pictures_are_read_in_order_and_a_refusal_is_an_empty_answer(url: str, tmp_path: Path) -> None:
    one, other = read_pictures(url, None, time.perf_counter, write_pictures(tmp_path))
    assert (one.digits, one.turns, one.problem) == ("7", 0, None)
    assert (other.digits, other.problem) == ("", "blank_drawing")
    assert one.ms > 0


def test_an_error_of_the_service_ends_the_measurement(url: str, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="unknown_model"):
        list(read_pictures(url, "none", time.perf_counter, write_pictures(tmp_path)))


@pytest.mark.skipif(not psutil.LINUX, reason="processor time is read from /proc")
def test_the_processor_time_of_the_service_grows_while_it_reads(url: str, tmp_path: Path) -> None:
    clock = make_clock(find_service())
    picture = write_pictures(tmp_path)[0]
    answers = list(read_pictures(url, None, clock, [picture] * 5))
    assert all(0 < answer.ms < 10_000 for answer in answers)


def test_the_command_prints_a_table_and_keeps_the_answers(
    url: str, tmp_path: Path, toy_writers: None, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["--url", url, "--only", "close rows", "--no-rapidocr", "--keep", str(tmp_path), "--data-dir", "nowhere"]
    assert main(command) == 0
    assert "| close rows | 20 |" in capsys.readouterr().out
    rows = [json.loads(row) for row in (tmp_path / "slate.jsonl").read_text().splitlines()]
    assert [row["page"] for row in rows] == [f"close rows {index}" for index in range(20)]
    assert all((tmp_path / row["file"]).exists() for row in rows)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--pen-digits", "/nowhere"], "The file /nowhere does not exist"),
        pytest.param(["--url", CLOSED_URL], f"No inference service answers at {CLOSED_URL}: ", id="closed"),
        (["--grids", "/nowhere"], "/nowhere has no photographs of grids."),
        (["--fields", "/nowhere"], "/nowhere has 0 CSV files"),
    ],
)
def test_missing_data_or_a_missing_service_ends_the_command_with_a_sentence(
    url: str, options: list[str], sentence: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if options[0] != "--pen-digits":
        monkeypatch.setattr("benchmarks.pages.__main__.load_writers", lambda *_: make_toy_writers())
    assert main(["--url", url, "--only", "close rows", "--no-rapidocr", *options]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.splitlines()[-1].startswith(sentence)


def test_words_choose_kinds_and_no_words_choose_all() -> None:
    assert [kind.name for kind in choose_kinds(["SQUARED"])] == ["squared paper"]
    assert len(choose_kinds([])) > 20
