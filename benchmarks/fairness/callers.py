"""Callers that repeat a whole request: each sends the next one as soon as it has an answer.

`call` is the whole interface of a caller, here and in `slow_callers.py`: it runs until its process ends, and counts
each answer under its status, or under the way in which the connection failed.
"""

import http.client
import threading
import time
from collections import Counter
from dataclasses import dataclass
from typing import Protocol

from benchmarks.fairness.request import Address, Request

PAUSE_S = 0.02  # after a refusal: a remote caller would need a round trip and a new connection too
TIMEOUT_S = 300.0

Answers = Counter[str]


class Caller(Protocol):
    """A load. It is sent to another process, so it must be picklable."""

    def call(self, address: Address, answers: Answers) -> None:
        """Load the service for ever."""


@dataclass(frozen=True)
class Repeating:
    """Sends the same request over and over, on `connections` at the same time."""

    request: Request
    connections: int = 1

    def call(self, address: Address, answers: Answers) -> None:
        """Load the service for ever."""
        lock = threading.Lock()

        def repeat() -> None:
            connection = connect(address, TIMEOUT_S)
            while True:
                answer = send(connection, self.request)
                with lock:
                    answers[answer] += 1
                if not answer.startswith("2"):
                    time.sleep(PAUSE_S)

        for _ in range(self.connections - 1):
            threading.Thread(target=repeat, daemon=True).start()
        repeat()


def connect(address: Address, timeout_s: float) -> http.client.HTTPConnection:
    """A connection that is opened by the first request, and again after it was closed."""
    return http.client.HTTPConnection(address.host, address.port, timeout_s, (address.source, 0))


def send(connection: http.client.HTTPConnection, request: Request) -> str:
    """The status of the answer, such as "200", or "timeout" or "closed" if there is none."""
    try:
        connection.request(request.method, request.path, request.body or None, dict(request.headers))
        answer = connection.getresponse()
        answer.read()
    except TimeoutError:
        connection.close()
        return "timeout"
    except (OSError, http.client.HTTPException):
        connection.close()
        return "closed"
    return str(answer.status)
