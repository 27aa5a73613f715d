"""The version in use is swapped again and again while 16 callers ask; each answer must be that of one version.

A half-loaded version would answer with other probabilities than the version that it names, so what each version answers
to each picture is asked before, while nothing is swapped.
"""

import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import httpx

from benchmarks.learning.installation import Installation, run_installation
from benchmarks.learning.lesson import School
from benchmarks.learning.outcome import Outcome
from benchmarks.learning.people import draw_digits
from benchmarks.learning.versions import ROOT, Version
from benchmarks.learning.writers import take_in_turn
from shared.clients.inference import InferenceClient
from shared.contracts.inference import Prediction
from shared.recognition.model_version import read_current, set_current

SWAPS = 100
PATIENCE_S = 60.0  # for the first answer of a version that was put in use
CALLERS = 16
PICTURES = 40
OTHER = "9999-other"  # a version number that no training gives: both may have been trained today
SAME = 1e-4  # two answers of one version differ by less: a batch of another size is rounded differently

Known = Mapping[tuple[str, int], list[float]]  # (version, picture) → probabilities


@dataclass
class Tally:
    """What the callers got."""

    answers: Counter[str] = field(default_factory=Counter)  # version → answers
    lost: list[str] = field(default_factory=list)  # what came in place of an answer
    strange: list[str] = field(default_factory=list)  # answers that no version gives


def measure_swapping(school: School) -> Outcome:
    """Swap between the version that was trained on MNIST alone and the shipped one."""
    models = ROOT / "models"
    shipped = Version(models, school.start.name, read_current(models, school.start.name))
    pictures = [drawing.picture for drawing in draw_digits(take_in_turn(school.halves.others, PICTURES))]
    with run_installation(school.start) as installation:
        tally = swap_under_load(
            installation, [school.start, shipped.copy_to(installation.models_dir, OTHER)], pictures, SWAPS
        )
    asked = sum(tally.answers.values()) + len(tally.lost)
    problems = "; ".join([*tally.lost[:2], *tally.strange[:2]])
    return Outcome(
        rows=[
            (
                f"{SWAPS} swaps while {CALLERS} callers ask: requests lost, answers of no version",
                "0, 0",
                f"{len(tally.lost)}, {len(tally.strange)} of {asked:,}, answered by {len(tally.answers)} versions"
                + (f" ({problems})" if problems else ""),
            )
        ]
    )


def swap_under_load(
    installation: Installation, versions: Sequence[Version], pictures: Sequence[bytes], swaps: int
) -> Tally:
    """Return what the callers got. Each version answers at least once before the next one is put in use.

    Raises TimeoutError if a version that was put in use answers nobody.
    """
    known = {
        (version.version, number): ask(installation, picture, version).probabilities
        for version in versions
        for number, picture in enumerate(pictures)
    }
    tally, stop = Tally(), threading.Event()
    with ThreadPoolExecutor(CALLERS) as executor:
        for caller in range(CALLERS):
            executor.submit(call, installation, pictures, caller, known, tally, stop)
        try:
            for swap in range(1, swaps + 1):
                version = versions[swap % len(versions)].version
                before = tally.answers[version]
                set_current(installation.models_dir, installation.model, version)
                wait_for_more(tally, version, before)
        finally:
            stop.set()
    return tally


def wait_for_more(tally: Tally, version: str, answers: int) -> None:
    """Wait until a version has given more than so many answers."""
    end = time.monotonic() + PATIENCE_S
    while tally.answers[version] <= answers:
        if time.monotonic() > end:
            raise TimeoutError(f"Version {version} answered nobody in {PATIENCE_S:.0f} s: {tally.lost[:2]}")
        time.sleep(0.05)


def call(
    installation: Installation,
    pictures: Sequence[bytes],
    first: int,
    known: Known,
    tally: Tally,
    stop: threading.Event,
) -> None:
    """Ask for one picture after the other, over one connection, until `stop` is set."""
    number = first
    with httpx.Client(base_url=installation.inference_url, timeout=60) as client:
        while not stop.is_set():
            number = (number + 1) % len(pictures)
            try:
                response = client.post("/v1/predict", content=pictures[number], headers={"Content-Type": "image/png"})
            except httpx.HTTPError as error:
                tally.lost.append(repr(error))
                continue
            if response.is_success:
                check_answer(Prediction.model_validate_json(response.content), number, known, tally)
            else:
                tally.lost.append(f"{response.status_code} {response.text[:200]}")


def check_answer(answer: Prediction, number: int, known: Known, tally: Tally) -> None:
    """Count an answer, and keep it if the version that it names does not answer so."""
    version = answer.model.version
    tally.answers[version] += 1
    expected = known.get((version, number))
    if expected is None or max(abs(a - b) for a, b in zip(expected, answer.probabilities, strict=True)) > SAME:
        tally.strange.append(f"version {version}, picture {number}")


def ask(installation: Installation, picture: bytes, version: Version) -> Prediction:
    """Return the answer of one version."""
    with InferenceClient(installation.inference_url) as inference:
        return inference.predict(picture, model=version.reference)
