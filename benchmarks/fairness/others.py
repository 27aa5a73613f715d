"""The other callers of a service: one caller that sends small requests with a pause between them, and is timed."""

import itertools
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from benchmarks.fairness.callers import connect, send
from benchmarks.fairness.request import Address, Request

PAUSE_S = 0.02  # between two requests
TIMEOUT_S = 10.0  # then the request counts as failed
UNLOADED_SAMPLES = 40
SAMPLES = 100
SECONDS = 4.0


@dataclass
class Waits:
    """How long the answers took, in milliseconds, and how often which answer came."""

    answered_ms: list[float] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)

    @property
    def median_ms(self) -> float:
        """Of the requests that were answered. NaN if none was."""
        return self.percentile_ms(50)

    def percentile_ms(self, percent: float) -> float:
        """Of the requests that were answered. NaN if none was."""
        return float(np.percentile(self.answered_ms, percent)) if self.answered_ms else float("nan")

    @property
    def failed_share(self) -> float:
        """The share of all requests that were refused or failed."""
        sent = self.answers.total()
        return (sent - len(self.answered_ms)) / sent if sent else 0.0

    def add(self, answer: str, seconds: float) -> None:
        """Count one answer."""
        self.answers[answer] += 1
        if answer.startswith("2"):
            self.answered_ms.append(seconds * 1000)


def time_others(requests: Iterator[Request], address: Address, samples: int, seconds: float) -> Waits:
    """Send `samples` of the requests, one after the other, or fewer if `seconds` have passed. `requests` is endless."""
    waits, connection = Waits(), connect(address, TIMEOUT_S)
    end = time.perf_counter() + seconds
    for request in itertools.islice(requests, samples):
        started = time.perf_counter()
        answer = send(connection, request)
        waits.add(answer, time.perf_counter() - started)
        if time.perf_counter() > end:
            break
        time.sleep(PAUSE_S)
    connection.close()
    return waits
