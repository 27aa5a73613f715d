"""How many pods, cores and bytes a rate of requests and a number of stored predictions need, from measured figures."""

import math
from dataclasses import dataclass

import numpy as np

from benchmarks.scaling.calibration import Capacity
from benchmarks.scaling.simulation import Process, draw_arrivals, simulate

BUSY = 0.7  # share of its capacity that a pod gets: room for bursts and for the pods that are away
LEAST_PODS = 2  # so that one may be away
POD_GIB = 0.5  # memory that a pod asks for (infra/kubernetes/base/inference.yaml)
SECONDS_A_MONTH = 30 * 24 * 3600
CORE_HOUR = 0.04  # an assumption, in any currency: what clouds ask for a core with 4 GiB of memory is of this size
GIB_MONTH = 0.10  # the same for a disk of a database
SHARES = (0.3, 0.5, 0.7, 0.8, 0.9, 0.95)
SIMULATED = 40_000  # requests

# Figures of `python -m benchmarks.scaling.disk` and docs/storage.md
ROW_BYTES, INDEX_BYTES, DRAWING_BYTES = 265, 419, 4_308
EXPORTED_PER_S, IMPORTED_PER_S = 24_700, 6_582  # with drawings; over HTTP
REBUILT_PER_S = 10_000_000 / 22  # rows, when the counts are made anew
COPIES = 3  # of the database: a server and two replicas
GIB = 2**30


@dataclass(frozen=True)
class Pods:
    """What a rate of requests needs of inference."""

    rate: float
    pods: int

    @property
    def gib(self) -> float:
        """Memory that the pods ask for."""
        return self.pods * POD_GIB

    @property
    def month(self) -> float:
        """The price of a month of its cores, one for each pod."""
        return self.pods * SECONDS_A_MONTH / 3600 * CORE_HOUR


def count_pods(rate: float, capacity: Capacity) -> Pods:
    """So many that each has BUSY of its capacity to do."""
    return Pods(rate, max(LEAST_PODS, math.ceil(rate / (BUSY * capacity.rate))))


@dataclass(frozen=True)
class Disk:
    """What so many stored predictions need, in GiB of one copy, and in hours of the long jobs."""

    predictions: float

    @property
    def rows_gib(self) -> float:
        """Rows and indexes."""
        return self.predictions * (ROW_BYTES + INDEX_BYTES) / GIB

    @property
    def indexes_gib(self) -> float:
        """Indexes alone: those that are used should fit into memory."""
        return self.predictions * INDEX_BYTES / GIB

    @property
    def drawings_gib(self) -> float:
        """One drawing of 3 kB for each prediction."""
        return self.predictions * DRAWING_BYTES / GIB

    @property
    def month(self) -> float:
        """The price of a month of all copies."""
        return (self.rows_gib + self.drawings_gib) * COPIES * GIB_MONTH

    def hours(self, per_s: float) -> float:
        """How long a job of so many predictions a second takes."""
        return self.predictions / per_s / 3600


@dataclass(frozen=True)
class Point:
    """A pod at a share of its capacity: percentiles of the simulated latency in ms, and requests in the lane."""

    share: float
    median_ms: float
    p99_ms: float
    in_lane: float


def follow_load(process: Process, capacity: Capacity) -> list[Point]:
    """One pod with more and more requests, which arrive independently of each other."""
    points = []
    for share in SHARES:
        rate = share * capacity.rate
        simulated = simulate(draw_arrivals(rate, SIMULATED / rate, seed=2), process)
        median_ms, p99_ms = (np.percentile(simulated.latencies, (50, 99)) * 1000).tolist()
        points.append(Point(share, median_ms, p99_ms, simulated.in_lane))
    return points
