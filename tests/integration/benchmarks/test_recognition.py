"""The benchmark of recognition with a real inference service: its requests, and its table of the answers."""

import json
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks.inference_service import running_inference
from benchmarks.recognition import NotServedError, find_bars, find_model, main, predict_slice
from benchmarks.recognition_table import Answers, tabulate
from shared.recognition.preprocessing import preprocess
from tests.integration.inference.conftest import encode, seven
from tests.network import CLOSED_URL
from tests.unit.training.toy_data import bars
from training.data.labelled_images import NOT_A_DIGIT
from training.data.pen_characters import PenCharacter
from training.data.slices import Slice, make_pen_slices
from training.rendering.canvas import encode_png

SEVEN = PenCharacter(7, "ward/w01", (np.array([[0, 0], [600, 0], [200, 999]], np.float32),))


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with running_inference() as address:
        yield address


async def test_drawings_are_sent_as_pictures_and_read(url: str) -> None:
    drawings, photographs = make_pen_slices([SEVEN] * 4, seed=1)
    for part in (drawings, photographs):
        answers = await predict_slice(part, url, model=None)
        assert answers.correct.tolist() == [True] * 4
        np.testing.assert_allclose(answers.probabilities.sum(axis=1), 1, atol=1e-5)


async def test_images_are_sent_as_pixels(url: str) -> None:
    image = preprocess(encode(seven()))
    answers = await predict_slice(Slice("mnist", np.array([7]), lambda _: image), url, model="cnn")
    assert answers.correct.tolist() == [True]


async def test_a_blank_drawing_counts_as_wrong_with_digit_score_zero(url: str) -> None:
    blank = encode_png(Image.new("RGB", (60, 60), "white"))
    answers = await predict_slice(Slice("pen_drawings", np.array([0]), lambda _: blank), url, model=None)
    assert (answers.correct.tolist(), answers.scores.tolist()) == ([False], [0.0])


async def test_an_error_of_the_service_ends_the_measurement(url: str) -> None:
    with pytest.raises(RuntimeError, match="unknown_model"):
        await predict_slice(Slice("mnist", np.array([1]), lambda _: bars(2).images[1]), url, model="none")


def test_the_default_model_is_found_and_an_unknown_model_is_not(url: str) -> None:
    assert find_model(url, None).name == "cnn"
    assert find_model(url, "cnn").current
    with pytest.raises(NotServedError):
        find_model(url, "none")


@pytest.mark.parametrize(
    ("option", "value", "sentence"),
    [
        ("--model", "nope", "The service has no model nope."),
        ("--data-dir", "/nowhere", "MNIST is missing or damaged in /nowhere: run `make data`."),
        pytest.param("--url", CLOSED_URL, f"No inference service answers at {CLOSED_URL}: ", id="closed"),
        ("--url", "nowhere", "No inference service answers at nowhere: "),
    ],
)
def test_a_missing_model_data_or_service_ends_the_command_with_a_sentence(
    url: str, option: str, value: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--url", url, option, value]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(sentence)
    assert printed.err.count("\n") == 1


def test_missing_pen_strokes_end_the_command_with_a_sentence(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("training.data.slices.make_mnist_slices", lambda *_: [])  # MNIST is not on every machine
    assert main(["--url", url, "--pen-digits", "/nowhere"]) == 1
    assert capsys.readouterr().err.startswith("The file /nowhere does not exist: make it with")


def answers(name: str, read: list[int], labels: list[int], scores: list[float]) -> Answers:
    probabilities = np.full((len(read), 10), 0.01)
    probabilities[np.arange(len(read)), read] = 0.91
    return Answers(name, np.array(labels), np.ones(len(read), bool), probabilities, np.array(scores))


def test_the_table_has_every_figure() -> None:
    digits = answers("pen_drawings", [7, 7, 1, 7], [7, 7, 7, 7], [0.9, 0.8, 0.4, 0.95])
    letters = answers("pen_letters", [1, 2], [NOT_A_DIGIT] * 2, [0.1, 0.85])
    mnist = answers("mnist", [1, 2], [1, 2], [0.9, 0.9])
    pictures = answers("mnist_pictures", [1, 3], [1, 2], [0.9, 0.9])
    others = answers("pen_drawings_uci", [7, 1], [7, 7], [0.9, 0.8])
    parts = {part.name: part for part in (mnist, pictures, digits, others, letters)}
    rows = {row.what: row.value for row in tabulate(parts, 0.5, np.array([False, False, False, True]))}
    assert rows == {
        "MNIST test, as pixels: accuracy": "100.00%",
        "MNIST test, as 280×280 pictures: accuracy": "50.00%",
        "pen drawings: any place, size, pen and paper: accuracy": "75.00%",
        "pen drawings of uci: accuracy": "50.00%",
        "pen drawings: any place, size, pen and paper: accuracy without mislabelled bars": "66.67%",
        "280×280 pictures compared with pixels": "-50.00 points",
        "MNIST test, as pixels: calibration error": "9.00%",
        "pen drawings: any place, size, pen and paper: calibration error": "16.00%",
        "MNIST test, as pixels: rejected": "0.00%",
        "pen drawings: any place, size, pen and paper: rejected": "25.00%",
        "pen letters: rejected": "50.00%",
        "digit score, pen drawings against pen letters: AUROC": "0.7500",
    }


def test_bars_that_are_not_labelled_one_are_found(tmp_path: Path) -> None:
    file, down, across = tmp_path / "digits.jsonl", [[0, 0], [30, 999]], [[0, 500], [999, 500]]
    drawn = [(4, [down]), (1, [down]), (4, [down, across]), (0, [across])]
    digits = [{"label": label, "writer": "ward/w01", "strokes": strokes} for label, strokes in drawn]
    file.write_text("\n".join(map(json.dumps, digits)))
    assert find_bars(Namespace(pen_digits=[file], all_writers=True)).tolist() == [True, False, False, True]
    assert find_bars(Namespace(pen_digits=None, all_writers=True)).tolist() == []
