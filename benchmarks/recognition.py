"""How well a model version reads, measured over HTTP: one Markdown table with 95 % intervals.

`python -m benchmarks.recognition` sends every example of every slice to an inference service, and starts the service
itself unless --url names one. The pictures are the same in every run. --pen-digits and --pen-letters add slices.
"""

import argparse
import asyncio
import contextlib
import json
import os
import sys
from pathlib import Path

import httpx
import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from benchmarks.inference_service import running_inference
from benchmarks.recognition_table import Answers, describe_rejected_kinds, tabulate
from shared.contracts.inference import ModelDescription, ModelList, Prediction
from training.data.label_filter import is_mislabelled_bar
from training.data.pen_characters import read_pen_digits
from training.data.slices import Slice, make_slices
from training.errors import DataUnavailableError
from training.options import DATA_DIR

IN_FLIGHT = 16  # requests at the same time


class NotServedError(Exception):
    """No service answers, or it does not have that model. The message says which."""


async def predict_slice(part: Slice, url: str, model: str | None) -> Answers:
    """Sends all examples of a slice, IN_FLIGHT at a time. RuntimeError if the service fails on one of them."""
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
    """The body of the request for one example, and its media type."""
    example = part.make(index)
    if isinstance(example, bytes):
        return example, "image/png" if example.startswith(b"\x89PNG") else "image/jpeg"
    return json.dumps({"pixels": example.tolist()}).encode(), "application/json"


def find_model(url: str, reference: str | None) -> ModelDescription:
    """The service's description of that model, or of its default model. NotServedError if it has no such model."""
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


def split_at_commas(files: str) -> list[Path]:
    """The files of an option."""
    return [Path(file) for file in files.split(",") if file]


def find_bars(arguments: argparse.Namespace) -> NDArray[np.bool_]:
    """(N,): which digits of the first file are straight lines but not labelled 1. Empty without pen digits."""
    if not arguments.pen_digits:
        return np.zeros(0, np.bool_)
    digits = read_pen_digits(arguments.pen_digits[0], None if arguments.all_writers else "test")
    return np.array([is_mislabelled_bar(digit) for digit in digits], np.bool_)


async def measure(url: str, arguments: argparse.Namespace) -> None:
    """Prints the table. Raises DataUnavailableError or NotServedError."""
    model = find_model(url, arguments.model)
    reference = f"{model.name}/{model.version}"
    slices = make_slices(
        "test",
        arguments.data_dir,
        arguments.pen_digits,
        arguments.pen_letters,
        all_writers=arguments.all_writers,
    )
    answers = {part.name: await predict_slice(part, url, reference) for part in slices}
    print(f"`{reference}`, {model.parameters:,} parameters, over HTTP\n")
    print("| what | examples | value | 95 % interval |\n| --- | --- | --- | --- |")
    for row in tabulate(answers, model.digit_score_threshold, find_bars(arguments)):
        print(f"| {row.what} | {row.examples:,} | {row.value} | {row.interval} |")
    print("\n" + describe_rejected_kinds(answers["not_digits"], model.digit_score_threshold))


def main(arguments: list[str] | None = None) -> int:
    """The command `make benchmark`. Exit status 1 if the service, the model or the data is missing."""
    parser = argparse.ArgumentParser(description="Measures over HTTP how well a model version reads.")
    parser.add_argument("--url", help="address of a running inference service; without it, one is started")
    parser.add_argument("--model", help="`name` or `name/version`; without it, the default model")
    parser.add_argument(
        "--pen-digits",
        type=split_at_commas,
        default=os.environ.get("PEN_DIGITS"),
        help="file of pen strokes of digits, or several with commas between them",
    )
    parser.add_argument(
        "--pen-letters", type=Path, default=os.environ.get("PEN_LETTERS"), help="file of pen strokes of letters"
    )
    parser.add_argument(
        "--all-writers",
        action="store_true",
        help="use the strokes of all writers, if no model was trained on any of them",
    )
    parser.add_argument("--data-dir", type=Path, default=DATA_DIR, help="folder of MNIST")
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
