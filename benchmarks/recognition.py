"""How well a model version reads, over HTTP: every slice with 95 % intervals, as one table in Markdown.

`python -m benchmarks.recognition [--model name/version] [--pen-digits FILE] [--pen-letters FILE] [--url URL]`. Without
--url it starts the inference service itself. The pictures are made anew from --seed: same seed, same pictures.
"""

import argparse
import asyncio
import contextlib
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import ValidationError

from benchmarks.inference_service import running_inference
from shared.contracts.inference import ModelDescription, ModelList, Prediction
from training.options import DATA_DIR
from training.errors import DataUnavailableError
from training.data.pen_characters import read_pen_digits
from training.evaluation.measures import auroc, bootstrap_interval, calibration_error, wilson_interval
from training.rendering.shape_drawings import kind_of
from training.data.slices import Slice, make_slices
from training.data.label_filter import is_mislabelled_bar

IN_FLIGHT = 16  # requests
TITLES = {
    "mnist": "MNIST test, as pixels",
    "mnist_pictures": "MNIST test, as 280×280 pictures",
    "uploads": "uploads: dark on white, 28×28 to 600×600, thin to very thick",
    "pen_drawings": "pen drawings: any place, size, pen and paper",
    "photographs": "photographs: shading, noise, tint, JPEG, ±8°",
    "pen_letters": "pen letters",
    "not_digits": "scribbles, faces, signs, words",
}


class NotServedError(Exception):
    """No service answers, or it has no such model; the message says which."""


@dataclass(frozen=True)
class Answers:
    """What the service said to a slice; (N,) each, (N, 10) probabilities. Unreadable: no digit, score 0."""

    name: str
    labels: NDArray[np.int64]
    readable: NDArray[np.bool_]
    probabilities: NDArray[np.float64]
    scores: NDArray[np.float64]

    @property
    def right(self) -> NDArray[np.bool_]:
        """Read as what they are."""
        return np.asarray((self.probabilities.argmax(axis=1) == self.labels) & self.readable, np.bool_)


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    what: str
    examples: int
    value: str
    interval: str


async def ask(part: Slice, url: str, model: str | None) -> Answers:
    """Asks for every example, a few at a time. RuntimeError where the service fails on one."""
    gate = asyncio.Semaphore(IN_FLIGHT)
    params = {"model": model} if model else {}
    async with httpx.AsyncClient(base_url=url, timeout=60) as client:

        async def predict(index: int) -> Prediction | None:
            async with gate:
                content, media_type = make_body(part, index)
                headers = {"Content-Type": media_type}
                response = await client.post("/v1/predict", params=params, content=content, headers=headers)
            if response.status_code == httpx.codes.UNPROCESSABLE_ENTITY:
                return None
            if not response.is_success:
                raise RuntimeError(f"{part.name} {index}: {response.text}")
            return Prediction.model_validate_json(response.content)

        predictions = await asyncio.gather(*[predict(index) for index in range(len(part))])
    return Answers(
        part.name,
        part.labels,
        np.array([prediction is not None for prediction in predictions]),
        np.array([prediction.probabilities if prediction else [0.1] * 10 for prediction in predictions]),
        np.array([prediction.digit_score if prediction else 0.0 for prediction in predictions]),
    )


def make_body(part: Slice, index: int) -> tuple[bytes, str]:
    """What is posted, and its media type."""
    example = part.make(index)
    if isinstance(example, bytes):
        return example, "image/png" if example.startswith(b"\x89PNG") else "image/jpeg"
    return json.dumps({"pixels": example.tolist()}).encode(), "application/json"


def tabulate(answers: dict[str, Answers], threshold: float, bars: NDArray[np.bool_]) -> Iterator[Row]:
    """Every figure of the slices that were asked; `bars` are the pen digits that are straight lines and no ones."""
    for name in ("mnist", "mnist_pictures", "uploads", "pen_drawings", "photographs"):
        if name in answers:
            yield share_row(f"{TITLES[name]}: accuracy", answers[name].right)
    if bars.any():
        what = f"{TITLES['pen_drawings']}: accuracy but for mislabelled bars"
        yield share_row(what, answers["pen_drawings"].right[~bars])
    yield difference_row(answers["mnist"], answers["mnist_pictures"])
    for name in ("mnist", "pen_drawings"):
        if name in answers:
            yield calibration_row(answers[name])
    for name in ("mnist", "pen_drawings", "photographs", "pen_letters", "not_digits"):
        if name in answers:
            yield share_row(f"{TITLES[name]}: refused", answers[name].scores < threshold)
    if "pen_drawings" in answers:
        for name in ("pen_letters", "not_digits"):
            if name in answers:
                yield auroc_row(answers["pen_drawings"], answers[name])


def share_row(what: str, true: NDArray[np.bool_]) -> Row:
    """A share with Wilson's interval."""
    low, high = wilson_interval(int(true.sum()), len(true))
    return Row(what, len(true), f"{true.mean():.2%}", f"{low:.2%} to {high:.2%}")


def difference_row(pixels: Answers, pictures: Answers) -> Row:
    """Points that the way through preprocessing costs; the two are of the same images."""
    difference = 100 * (pictures.right.astype(float) - pixels.right)
    low, high = bootstrap_interval(np.mean, difference)
    return Row(
        "280×280 pictures against pixels",
        len(difference),
        f"{difference.mean():+.2f} points",
        f"{low:+.2f} to {high:+.2f}",
    )


def calibration_row(answers: Answers) -> Row:
    """Expected calibration error over what could be read."""

    def error_of(rows: NDArray[np.float64]) -> float:
        return calibration_error(torch.from_numpy(rows[:, :10]), torch.from_numpy(rows[:, 10]).long())

    rows = np.column_stack([answers.probabilities, answers.labels])[answers.readable]
    low, high = bootstrap_interval(error_of, rows)
    what = f"{TITLES[answers.name]}: calibration error"
    return Row(what, len(rows), f"{error_of(rows):.2%}", f"{max(low, 0):.2%} to {high:.2%}")


def auroc_row(digits: Answers, others: Answers) -> Row:
    """How well the digit score tells the two apart."""
    low, high = bootstrap_interval(auroc, digits.scores, others.scores)
    what = f"digit score, pen drawings against {TITLES[others.name]}: AUROC"
    return Row(
        what,
        len(digits.scores) + len(others.scores),
        f"{auroc(digits.scores, others.scores):.4f}",
        f"{low:.4f} to {min(high, 1):.4f}",
    )


def print_kinds(answers: Answers, threshold: float) -> None:
    """What is refused of each kind of thing that is no digit."""
    kinds = np.array([kind_of(index) for index in range(len(answers.labels))])
    shares = {str(kind): (answers.scores[kinds == kind] < threshold).mean() for kind in dict.fromkeys(kinds)}
    print("\nRefused of " + ", ".join(f"{kind.replace('_', ' ')} {share:.0%}" for kind, share in shares.items()))


def find_model(url: str, reference: str | None) -> ModelDescription:
    """What the service says of that model, or of its default. NotServedError where there is none."""
    try:
        listed = ModelList.model_validate_json(httpx.get(f"{url}/v1/models").raise_for_status().content)
    except (httpx.HTTPError, httpx.InvalidURL, ValidationError) as error:
        reason = str(error).partition("\n")[0]
        raise NotServedError(f"No inference service answers at {url}: {reason}") from error
    name, _, version = (reference or f"{listed.default.name}/{listed.default.version}").partition("/")
    for model in listed.models:
        if model.name == name and (model.version == version if version else model.current):
            return model
    raise NotServedError(f"The service has no model {reference}.")


def find_bars(arguments: argparse.Namespace) -> NDArray[np.bool_]:
    """Which of the pen drawings are straight lines and labelled as other digits than one; empty without a file."""
    if not arguments.pen_digits:
        return np.zeros(0, np.bool_)
    digits = read_pen_digits(arguments.pen_digits, None if arguments.all_writers else "test")
    return np.array([is_mislabelled_bar(digit) for digit in digits], np.bool_)


async def measure(url: str, arguments: argparse.Namespace) -> None:
    """Prints the table. DataUnavailableError or NotServedError with a sentence."""
    model = find_model(url, arguments.model)
    reference = f"{model.name}/{model.version}"
    slices = make_slices(
        "test",
        arguments.data_dir,
        arguments.pen_digits,
        arguments.pen_letters,
        arguments.seed,
        all_writers=arguments.all_writers,
    )
    answers = {part.name: await ask(part, url, reference) for part in slices}
    print(f"`{reference}`, {model.parameters:,} parameters, over HTTP\n")
    print("| what | examples | value | 95 % interval |\n| --- | --- | --- | --- |")
    for row in tabulate(answers, model.digit_score_threshold, find_bars(arguments)):
        print(f"| {row.what} | {row.examples:,} | {row.value} | {row.interval} |")
    print_kinds(answers["not_digits"], model.digit_score_threshold)


def main(arguments: list[str] | None = None) -> int:
    """`make benchmark`. The exit status: 1 where there is no such service, model or data."""
    parser = argparse.ArgumentParser(description="How well a model version reads, over HTTP.")
    parser.add_argument("--url", help="a running inference service; one is started where this is absent")
    parser.add_argument("--model", help="«name» or «name/version»; the default model where this is absent")
    parser.add_argument("--pen-digits", type=Path, default=os.environ.get("PEN_DIGITS"), help="a file of pen strokes")
    parser.add_argument("--pen-letters", type=Path, default=os.environ.get("PEN_LETTERS"), help="likewise, of letters")
    parser.add_argument("--all-writers", action="store_true", help="not only test writers: none was trained on")
    parser.add_argument("--data-dir", type=Path, default=DATA_DIR)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    try:
        with contextlib.nullcontext(options.url) if options.url else running_inference() as url:
            asyncio.run(measure(url, options))
    except (DataUnavailableError, NotServedError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
