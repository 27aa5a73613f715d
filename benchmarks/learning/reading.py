"""How well the version in use reads: a slice goes to `POST /v1/predict/batch`, verdicts and intervals come back."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.learning.installation import Installation
from shared.clients.inference import InferenceClient
from shared.contracts.inference import Prediction
from training.data.slices import Slice
from training.evaluation.intervals import wilson_interval

BATCH = 200  # examples in one request

Verdicts = NDArray[np.bool_]  # (N,): whether the digit is right


@dataclass(frozen=True)
class Reading:
    """How one version reads: digits of other writers, drawn on the page, and the test digits of MNIST."""

    others: Verdicts
    mnist: Verdicts


def read_slice(installation: Installation, part: Slice) -> Verdicts:
    """Return which examples the version in use reads rightly. A drawing without an answer is not right."""
    with InferenceClient(installation.inference_url) as inference:
        digits = [digit for batch in split(part) for digit in read_batch(inference, batch, installation.reference)]
    return np.asarray(np.array(digits) == part.labels, np.bool_)


def read_batch(inference: InferenceClient, examples: list[bytes] | bytes, model: str) -> Iterator[int | None]:
    """Yield the digit of each example, None for a problem."""
    for answer in inference.predict_batch(examples, model).predictions:
        yield answer.digit if isinstance(answer, Prediction) else None


def split(part: Slice) -> Iterator[list[bytes] | bytes]:
    """Yield batches: picture files in a list, or images as one string of bytes."""
    for first in range(0, len(part), BATCH):
        examples = [part.make(index) for index in range(first, min(first + BATCH, len(part)))]
        files = [example for example in examples if isinstance(example, bytes)]
        yield files or b"".join(np.asarray(example).tobytes() for example in examples)


def write_share(right: Verdicts) -> str:
    """`97.31 % (96.87 to 97.69)`."""
    low, high = wilson_interval(int(right.sum()), len(right))
    return f"{right.mean():.2%} ({100 * low:.2f} to {100 * high:.2f})".replace("%", " %", 1)
