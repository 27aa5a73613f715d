"""`python -m benchmarks.request_cpu FOLDER` compares the CPU time of requests with that of an older checkout.

FOLDER is the older one, for example of `git worktree add ../before COMMIT`. Both inference services run at once, with
the same packages, and are asked in turns: what else slows the machine slows both. Linux only.
"""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import httpx

from benchmarks.inference_service import running_inference
from benchmarks.pages.kinds import KINDS, compose
from benchmarks.pages.service import Clock, find_service, make_clock
from benchmarks.pages.writers import load_writers
from benchmarks.servers import ROOT
from benchmarks.wrk import make_drawing
from training.options import DATA_DIR

LARGE = "photographs of 12 megapixels"
ROUNDS = 40
WARM_UP = 3  # rounds that are not measured


@dataclass(frozen=True)
class Question:
    """A request and how often it is sent in a round."""

    path: str
    body: bytes
    media_type: str
    times: int


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.request_cpu", description=__doc__)
    parser.add_argument("folder", type=Path, help="the older checkout")
    parser.add_argument("--pen-digits", type=lambda text: [Path(name) for name in text.split(",")], default=[])
    options = parser.parse_args()
    questions = make_questions(options.pen_digits)
    with running(options.folder) as before, running(ROOT) as now:
        rounds = [
            {name: (ask(*before, question), ask(*now, question)) for name, question in questions.items()}
            for _ in range(WARM_UP + ROUNDS)
        ]
    print(write_table(list(questions), rounds[WARM_UP:]))


@contextmanager
def running(checkout: Path) -> Iterator[tuple[httpx.Client, Clock]]:
    """A client of the service of a checkout, and the clock of its processor time."""
    with running_inference(checkout) as url, httpx.Client(base_url=url, timeout=60) as client:
        yield client, make_clock(find_service(checkout))


def make_questions(pen_digits: Sequence[Path]) -> dict[str, Question]:
    """A drawing as the page sends it, and a photograph with numbers."""
    kind = next(kind for kind in KINDS if kind.name == LARGE)
    page = compose(kind, 0, load_writers(pen_digits, None, DATA_DIR))
    digits = sum(character.isdigit() for line in page.lines for character in line.text)
    return {
        "a canvas, `/v1/predict`": Question("/v1/predict", make_drawing(), "image/png", 100),
        f"12 megapixels, {digits} digits, `/v1/read`": Question("/v1/read", page.picture, page.media_type, 1),
    }


def ask(client: httpx.Client, clock: Clock, question: Question) -> float:
    """Send the request `times` times → milliseconds of CPU time for each."""
    before = clock()
    for _ in range(question.times):
        headers = {"Content-Type": question.media_type}
        client.post(question.path, content=question.body, headers=headers).raise_for_status()
    return (clock() - before) / question.times * 1000


def write_table(names: Sequence[str], rounds: Sequence[Mapping[str, tuple[float, float]]]) -> str:
    """Medians of the rounds, and the median of the quotients, each of one round."""
    lines = ["| request | before | now | now / before |", "| --- | --- | --- | --- |"]
    for name in names:
        before, now = zip(*(each[name] for each in rounds), strict=True)
        quotient = median(new / old for old, new in zip(before, now, strict=True))
        lines.append(f"| {name} | {median(before):.2f} ms | {median(now):.2f} ms | {quotient:.2f} × |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
