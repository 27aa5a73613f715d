"""How often the service reads right, over HTTP: MNIST's test digits as pixels, pen drawings as pictures.

`python -m benchmarks.recognition [--pen-digits FILE] [--url URL]`: prints a table in Markdown, with 95 % intervals.
Without --url it starts the inference service itself. The drawings are made anew from --seed: same seed, same pictures.
"""

import argparse
import asyncio
import contextlib
import io
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import sqrt
from pathlib import Path

import httpx
import numpy as np

from benchmarks.pen_drawings import draw, read_pen_digits
from training.mnist import DATA_DIR, load_mnist

IN_FLIGHT = 16  # requests
START_TIMEOUT_S = 60


@dataclass(frozen=True)
class Body:
    """What is posted for one example."""

    content: bytes
    media_type: str


@dataclass(frozen=True)
class Score:
    """How many of `examples` were read as what they are; a problem instead of an answer counts as wrong."""

    name: str
    examples: int
    right: int

    def interval(self) -> tuple[float, float]:
        """95 % for the true accuracy. Wilson 1927."""
        n, share, z = self.examples, self.right / self.examples, 1.96
        centre = (share + z * z / (2 * n)) / (1 + z * z / n)
        half = z / (1 + z * z / n) * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
        return centre - half, centre + half


@contextlib.contextmanager
def running_inference() -> Iterator[str]:
    """The address of an inference service started for this measurement."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "INFERENCE_PORT": str(port), "INFERENCE_LOG_LEVEL": "WARNING"}
    process = subprocess.Popen([sys.executable, "-m", "services.inference"], env=environment)
    try:
        url = f"http://127.0.0.1:{port}"
        wait_until_ready(url, process)
        yield url
    finally:
        process.terminate()
        process.wait()


def wait_until_ready(url: str, process: subprocess.Popen[bytes]) -> None:
    """RuntimeError where the service ends or is not ready in a minute."""
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{url}/readyz").is_success:
                return
        time.sleep(0.1)
    raise RuntimeError("the inference service did not become ready")


async def score(name: str, url: str, model: str | None, labels: list[int], body_of: Callable[[int], Body]) -> Score:
    """Asks for every example, a few at a time."""
    gate = asyncio.Semaphore(IN_FLIGHT)
    params = {"model": model} if model else {}
    async with httpx.AsyncClient(base_url=url, timeout=60) as client:

        async def is_right(index: int) -> bool:
            async with gate:
                body = body_of(index)
                headers = {"Content-Type": body.media_type}
                response = await client.post("/v1/predict", params=params, content=body.content, headers=headers)
                return bool(response.is_success and response.json()["digit"] == labels[index])

        answers = await asyncio.gather(*[is_right(index) for index in range(len(labels))])
    return Score(name, len(labels), sum(answers))


async def score_mnist(url: str, model: str | None, data_dir: Path) -> Score:
    """The 10,000 test images as pixels."""
    test = load_mnist("test", data_dir)
    return await score(
        "MNIST test, as pixels",
        url,
        model,
        test.labels.tolist(),
        lambda index: Body(json.dumps({"pixels": test.images[index].tolist()}).encode(), "application/json"),
    )


async def score_pen_drawings(url: str, model: str | None, path: Path, seed: int) -> Score:
    """Every digit of the file once, as a PNG of a 280×280 canvas."""
    digits = list(read_pen_digits(path))

    def body_of(index: int) -> Body:
        picture = io.BytesIO()
        draw(digits[index], np.random.default_rng([seed, index])).save(picture, "PNG", compress_level=1)
        return Body(picture.getvalue(), "image/png")

    name = "pen drawings, any place, size, pen and paper"
    return await score(name, url, model, [digit.label for digit in digits], body_of)


async def measure(url: str, arguments: argparse.Namespace) -> None:
    """Prints the table."""
    scores = [await score_mnist(url, arguments.model, arguments.data_dir)]
    if arguments.pen_digits:
        scores.append(await score_pen_drawings(url, arguments.model, arguments.pen_digits, arguments.seed))
    print("| over HTTP | examples | accuracy | 95 % interval |\n| --- | --- | --- | --- |")
    for result in scores:
        low, high = result.interval()
        accuracy = result.right / result.examples
        print(f"| {result.name} | {result.examples:,} | {accuracy:.2%} | {low:.2%} to {high:.2%} |")


def main() -> None:
    """`make benchmark`."""
    parser = argparse.ArgumentParser(description="Accuracy of the inference service over HTTP.")
    parser.add_argument("--url", help="a running inference service; one is started where this is absent")
    parser.add_argument("--model", help="«name» or «name/version»; the default model where this is absent")
    parser.add_argument("--pen-digits", type=Path, help="a file of pen strokes; PEN_DIGITS where this is absent")
    parser.add_argument("--data-dir", type=Path, default=DATA_DIR)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    if arguments.pen_digits is None and "PEN_DIGITS" in os.environ:
        arguments.pen_digits = Path(os.environ["PEN_DIGITS"])
    with contextlib.nullcontext(arguments.url) if arguments.url else running_inference() as url:
        asyncio.run(measure(url, arguments))


if __name__ == "__main__":
    main()
