"""Picture files → the answers of the service, several at once, in the order in which they come.

At most `at_once` pictures are in memory. The client waits and asks again as long as the service is overloaded or
limits the rate (shared/clients/patience.py).
"""

import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from shared.clients.inference import PICTURE_PROBLEMS, InferenceClient
from shared.clients.service import RefusedError, ServiceUnavailableError
from shared.contracts.page import PageReading
from shared.contracts.problem import ProblemCode


class StoppedError(Exception):
    """The run ends, so nobody waits for this picture any more."""


class StoppableClock:
    """A clock for the client. After `stop` it waits no longer, so that a run ends soon after Ctrl-C."""

    def __init__(self) -> None:
        self._stopped = threading.Event()

    def monotonic(self) -> float:
        """Return seconds since an arbitrary moment."""
        return time.monotonic()

    def sleep(self, seconds: float, /) -> None:
        """Wait for so many seconds. StoppedError."""
        if self._stopped.wait(seconds):
            raise StoppedError

    def stop(self) -> None:
        """End all waits."""
        self._stopped.set()


@dataclass(frozen=True)
class Answered:
    """A picture, and its reading or the code of its problem."""

    file: str
    answer: PageReading | ProblemCode


@dataclass(frozen=True)
class NotRead:
    """A picture without an answer, and why. The next run tries it again."""

    file: str
    reason: str


def read_pictures(
    files: Sequence[str], client: InferenceClient, clock: StoppableClock, model: str | None, at_once: int
) -> Iterator[Answered | NotRead]:
    """Yield one outcome for each file. RefusedError or ServiceUnavailableError if no other picture can be read."""
    left = iter(files)
    with ThreadPoolExecutor(at_once, "read") as threads:

        def ask(count: int) -> set[Future[Answered | NotRead]]:
            return {threads.submit(read_picture, file, client, model) for file in islice(left, count)}

        asked = ask(at_once)
        try:
            while asked:
                done, asked = wait(asked, return_when=FIRST_COMPLETED)
                asked |= ask(len(done))
                yield from (future.result() for future in done)
        finally:
            clock.stop()


def read_picture(file: str, client: InferenceClient, model: str | None) -> Answered | NotRead:
    """Ask for one picture. An error is raised if it would be the same for every other picture."""
    try:
        return Answered(file, client.read(Path(file).read_bytes(), "application/octet-stream", model))
    except OSError as error:
        return NotRead(file, error.strerror or str(error))
    except ServiceUnavailableError as error:
        if not client.is_ready():
            raise
        return NotRead(file, str(error))
    except RefusedError as refused:
        code = refused.problem.code
        if code in PICTURE_PROBLEMS:
            return Answered(file, code)
        if code != "timeout":  # the connection was too slow for this picture
            raise
        return NotRead(file, refused.problem.detail)
