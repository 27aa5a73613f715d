"""How many pods, cores and bytes a rate of requests and a number of stored predictions need, from measured figures.

The processor time of a request and the requests of the manifests go in. A process uses one core at most.
"""

import math
from dataclasses import dataclass

import numpy as np

from benchmarks.scaling.calibration import Capacity
from benchmarks.scaling.simulation import Process, draw_arrivals, simulate
from services.storage.lanes import LANES

BUSY = 0.7  # share of its capacity that a pod gets: room for bursts and for the pods that are away
LEAST_PODS = 2  # so that one may be away
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
class Part:
    """A service: processor time of a request, and the cores and memory that a pod asks for in infra/kubernetes."""

    cpu_s: float
    pod_cores: float
    pod_gib: float

    def pods(self, rate: float) -> int:
        """So many that each has BUSY of a core to do."""
        return max(LEAST_PODS, math.ceil(rate * self.cpu_s / BUSY))

    def cores(self, rate: float) -> float:
        """What the pods ask for, or what they use and the room for bursts."""
        return max(self.pods(rate) * self.pod_cores, rate * self.cpu_s / BUSY)

    def gib(self, rate: float) -> float:
        """Memory that the pods ask for."""
        return self.pods(rate) * self.pod_gib


STORAGE = Part(552e-6, 0.5, 192 / 1024)  # a stored prediction (docs/storage.md)
FRONTEND = Part(58e-3, 0.25, 384 / 1024)  # a stroke (docs/operating.md)
# At most: two cores answered 1,110 requests/s (docs/scaling.md), inference used 0.63 ms of that (docs/serving.md). The
# rest is the proxy and the program that asks. It is a part of the cluster, so no manifest says what it asks for.
PROXY = Part(2 / 1_110 - 0.63e-3, 0, 0)
CONNECTIONS = sum(lane.connections for lane in LANES)  # of a process of storage to PostgreSQL
POSTGRES_CORES, POSTGRES_GIB = 2, 4  # of each server (infra/kubernetes/components/published/postgres.yaml)
STORED_PER_S = 1_605  # by storage and PostgreSQL together, on two cores (docs/storage.md)


def make_inference(capacity: Capacity) -> Part:
    """Inference as it was measured."""
    return Part(1 / capacity.rate, 1, 0.5)


@dataclass(frozen=True)
class Installation:
    """All parts, for a rate of strokes on the page. Each is one request; as many are stored as was measured."""

    rate: float
    inference: Part

    @property
    def stored(self) -> float:
        """Predictions a second that are stored, with room for bursts."""
        return min(self.rate, BUSY * STORED_PER_S)

    @property
    def connections(self) -> int:
        """At most, from all pods of storage."""
        return STORAGE.pods(self.stored) * CONNECTIONS

    @property
    def gib(self) -> float:
        """Memory that all pods ask for."""
        services = self.inference.gib(self.rate) + STORAGE.gib(self.stored) + FRONTEND.gib(self.rate)
        return services + COPIES * POSTGRES_GIB

    @property
    def month_answering(self) -> float:
        """The price of a month of inference and the proxy."""
        return _price_cores(self.inference.cores(self.rate) + PROXY.cores(self.rate))

    @property
    def month_storing(self) -> float:
        """The same of storage, PostgreSQL, and the disk of what is stored in a month."""
        cores = STORAGE.cores(self.stored) + COPIES * POSTGRES_CORES
        return _price_cores(cores) + Disk(self.stored * SECONDS_A_MONTH).month

    @property
    def month_page(self) -> float:
        """The same of the frontend."""
        return _price_cores(FRONTEND.cores(self.rate))

    @property
    def month(self) -> float:
        """The same of everything."""
        return self.month_answering + self.month_storing + self.month_page


def _price_cores(cores: float) -> float:
    return cores * SECONDS_A_MONTH / 3600 * CORE_HOUR


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
