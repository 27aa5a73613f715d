"""Measures what the simulation needs to know of a process: three runs of the service, and batches without it.

None of these runs has the load of the comparison: one caller alone, callers that never pause, and no service at all.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from prometheus_client import CollectorRegistry

from benchmarks.process_tree import measure_cpu_s
from benchmarks.scaling.service import Service
from benchmarks.scaling.simulation import Process, Times, simulate_callers
from benchmarks.servers import ROOT
from benchmarks.wrk import make_drawing
from services.inference.app import MAX_BATCH
from services.inference.engines.choice import choose_engine
from services.inference.lanes.short_predictor import QuickRequest, ShortPredictor
from services.inference.metrics import Metrics
from services.inference.recogniser import load_recogniser
from shared.recognition.model_version import find_manifest

REPEATS = 60  # of each size of a batch
ALONE_S, FULL_S = 5.0, 10.0
CALLERS = 64  # enough for full batches
SIMULATED, STEPS = 4_000, 8  # requests in each step of the search for `together`
ACCEPTING = 0.5  # share of the event loop's time before the lane; the rest is after it


@dataclass(frozen=True)
class _Drawing:
    """A drawing as the HTTP layer gives it to the lane."""

    picture: bytes

    @property
    def size_bytes(self) -> int:
        return len(self.picture)

    def parse(self) -> bytes:
        return self.picture


@dataclass(frozen=True)
class Capacity:
    """Of one process: requests/s with callers that never pause, and processor time for each of them."""

    rate: float
    cpu_s: float


def measure_batches(repeats: int = REPEATS) -> Sequence[Times]:
    """The processor time of batches of 1 to MAX_BATCH drawings, as the thread of the short lane answers them.

    Unlike the time by the clock, it does not count other programs on the machine.
    """
    manifest = find_manifest(ROOT / "models", "cnn")
    recogniser = load_recogniser(ROOT / "models", manifest.reference, choose_engine("auto", "cpu"))
    predictor, drawing = ShortPredictor(Metrics(CollectorRegistry())), _Drawing(make_drawing())
    times = np.empty((MAX_BATCH, repeats))
    for repeat in range(repeats):
        for size in range(1, MAX_BATCH + 1):
            requests = [QuickRequest(drawing, recogniser) for _ in range(size)]
            started = time.process_time()
            predictor.answer(requests)
            times[size - 1, repeat] = time.process_time() - started
    return list(times)


def measure_capacity(service: Service) -> Capacity:
    """Callers send their next request as soon as they have an answer."""
    service.call(CALLERS, 2)  # warms up the service
    before, started = measure_cpu_s(service.pid), time.perf_counter()
    answered = len(service.call(CALLERS, FULL_S))
    return Capacity(answered / (time.perf_counter() - started), (measure_cpu_s(service.pid) - before) / answered)


def calibrate(service: Service) -> tuple[Process, Capacity]:
    """Measure a running service."""
    batches = measure_batches()
    capacity = measure_capacity(service)
    alone_s = float(np.median(service.call(1, ALONE_S)))
    loop_s = max(capacity.cpu_s - float(batches[-1].mean()) / MAX_BATCH, 0.0)
    outside_s = max(alone_s - loop_s - float(np.median(batches[0])), 0.0)
    process = Process(ACCEPTING * loop_s, (1 - ACCEPTING) * loop_s, batches, outside_s, together=0.5)
    return fit_together(process, capacity.rate), capacity


def fit_together(process: Process, rate: float) -> Process:
    """The process with the value of `together`, in 0.5..1, that gives this rate with callers that never pause."""
    low, high = 0.5, 1.0
    for _ in range(STEPS):
        process = replace(process, together=(low + high) / 2)
        if simulate_callers(CALLERS, SIMULATED, process) < rate:
            low = process.together
        else:
            high = process.together
    return process
