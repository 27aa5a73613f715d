"""A process of inference as a queue: arrivals in, the time until each answer out.

Two threads share Python's interpreter lock: the event loop, which accepts requests and sends answers, and the thread of
the short lane, which takes all that wait, up to a full batch (a bulk-service queue). It is simulated event by event.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Times = NDArray[np.float64]  # (N,) seconds
ARRIVAL, LOOP, LANE = range(3)
NEVER = float("inf")


@dataclass(frozen=True)
class Process:
    """What was measured of a process, in seconds.

    `batches[k - 1]` are measured times of batches of k drawings. `accept_s` and `answer_s` are the event loop's time
    for one request. `outside_s` is the time that a request spends in the kernel and in the client. `together` is how
    fast each thread is while both work: 0.5 if only one can run at a time, 1 if they do not hinder each other.
    """

    accept_s: float
    answer_s: float
    batches: Sequence[Times]
    outside_s: float
    together: float


@dataclass(frozen=True)
class Simulated:
    """`latencies` (N,) in seconds, in the order of the arrivals, and the mean number of requests in the lane.

    A request is in the lane until its answer is sent, as the metric `slate_work_waiting` counts it.
    """

    latencies: Times
    in_lane: float


def simulate(arrivals: Times, process: Process, seed: int = 0) -> Simulated:
    """arrivals (N,) seconds, ascending → the latency of each request. Every request is answered."""
    return _Simulation(arrivals.tolist(), process, seed).run()


def simulate_callers(callers: int, requests: int, process: Process, seed: int = 0) -> float:
    """Callers send their next request as soon as they have an answer → requests a second."""
    simulation = _Simulation([0.0] * callers, process, seed, repeated=requests - callers)
    simulation.run()
    return requests / simulation.now


class _Simulation:
    """The state between two events. Work is counted in seconds that a thread needs alone.

    After each of the first `repeated` answers another request arrives.
    """

    def __init__(self, arrivals: list[float], process: Process, seed: int, repeated: int = 0) -> None:
        self.process = process
        self.arrivals = arrivals
        self.repeated = repeated
        self.random = np.random.default_rng(seed)
        self.now = 0.0
        self.arrived = 0
        self.loop: deque[tuple[float, list[int], bool]] = deque()  # (work, requests, whether they are answers)
        self.loop_left = NEVER
        self.lane: deque[int] = deque()
        self.batch: list[int] = []
        self.batch_left = NEVER
        self.answered: dict[int, float] = {}
        self.in_lane = 0
        self.waited = 0.0  # requests in the lane times seconds

    def run(self) -> Simulated:
        """Until every request is answered."""
        events = (self._arrive, self._end_loop_task, self._end_batch)
        while True:
            speed = self.process.together if self.loop_left < NEVER and self.batch_left < NEVER else 1.0
            due = self.arrivals[self.arrived] if self.arrived < len(self.arrivals) else NEVER
            moments = (due, self.now + self.loop_left / speed, self.now + self.batch_left / speed)
            which = min(range(3), key=moments.__getitem__)
            if moments[which] == NEVER:
                break
            self._pass(max(0.0, moments[which] - self.now), speed)
            events[which]()
        answered = np.array([self.answered[number] for number in range(len(self.arrivals))])
        return Simulated(answered - self.arrivals + self.process.outside_s, self.waited / self.now if self.now else 0.0)

    def _pass(self, seconds: float, speed: float) -> None:
        self.now += seconds
        self.loop_left -= seconds * speed  # NEVER stays NEVER
        self.batch_left -= seconds * speed
        self.waited += seconds * self.in_lane

    def _arrive(self) -> None:
        self._give_loop(self.process.accept_s, [self.arrived], is_answer=False)
        self.arrived += 1

    def _give_loop(self, work: float, requests: list[int], *, is_answer: bool) -> None:
        self.loop.append((work, requests, is_answer))
        if len(self.loop) == 1:
            self.loop_left = work

    def _end_loop_task(self) -> None:
        _, requests, is_answer = self.loop.popleft()
        self.loop_left = self.loop[0][0] if self.loop else NEVER
        if is_answer:
            self._answer(requests)
        else:
            self.in_lane += len(requests)
            self.lane.extend(requests)
            self._begin_batch()

    def _answer(self, requests: list[int]) -> None:
        self.in_lane -= len(requests)
        self.answered |= dict.fromkeys(requests, self.now)
        again = min(len(requests), self.repeated)
        self.repeated -= again
        self.arrivals += [self.now + self.process.outside_s] * again

    def _begin_batch(self) -> None:
        if self.batch or not self.lane:
            return
        size = min(len(self.lane), len(self.process.batches))
        self.batch = [self.lane.popleft() for _ in range(size)]
        self.batch_left = float(self.random.choice(self.process.batches[size - 1]))

    def _end_batch(self) -> None:
        self._give_loop(self.process.answer_s * len(self.batch), self.batch, is_answer=True)
        self.batch, self.batch_left = [], NEVER
        self._begin_batch()


def draw_arrivals(rate: float, seconds: float, seed: int) -> Times:
    """Moments of a Poisson process: independent of each other, `rate` a second on average."""
    gaps = np.random.default_rng(seed).exponential(1 / rate, int(rate * seconds))
    return np.cumsum(gaps)
