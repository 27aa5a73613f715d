"""The callers of the fairness benchmark against a small server: what they send, and how they count answers."""

import os
import socket
import socketserver
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import repeat

from benchmarks.fairness.callers import Answers, Caller, Repeating
from benchmarks.fairness.measurement import OTHERS, choose_address, list_load_addresses
from benchmarks.fairness.others import time_others
from benchmarks.fairness.processes import measure_resident_bytes, run_callers, watching_memory
from benchmarks.fairness.request import Address, Request
from benchmarks.fairness.slow_callers import NotReading, Trickling
from benchmarks.process_tree import list_processes
from tests.e2e.stack import free_port, wait_until

GET = Request("/healthz", method="GET")
PUT = Request("/a", headers={"Authorization": "Bearer a"}, method="PUT")


class Server(socketserver.ThreadingTCPServer):
    """Answers each head with the next of `statuses`, the last one for ever; with none it never answers."""

    def __init__(self, *statuses: int) -> None:
        super().__init__(("127.0.0.1", 0), Connection)
        self.statuses = list(statuses)
        self.received = bytearray()
        self.connections = 0

    @property
    def address(self) -> Address:
        return Address(self.server_address[1])


class Connection(socketserver.BaseRequestHandler):
    """One connection of the server."""

    request: socket.socket
    server: Server

    def handle(self) -> None:
        self.server.connections += 1
        statuses = self.server.statuses
        with suppress(ConnectionError):
            while data := self.request.recv(65536):
                self.server.received += data
                if statuses and data.endswith(b"\r\n\r\n"):
                    status = statuses.pop(0) if len(statuses) > 1 else statuses[0]
                    self.request.sendall(f"HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n".encode())


@contextmanager
def serving(*statuses: int) -> Iterator[Server]:
    with Server(*statuses) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def call_until(caller: Caller, server: Server, condition: Callable[[], object]) -> Answers:
    """Runs the caller in a process of its own until the condition is true → its answers."""
    with run_callers(caller, [server.address], os.getpid()) as loaded:
        wait_until(condition, f"{condition}")
    return loaded.answers


def test_a_repeating_caller_counts_answers_by_status() -> None:
    with serving(200, 503, 200) as server:
        answers = call_until(Repeating(GET), server, lambda: server.received.count(b"GET") > 5)
    assert answers["503"] == 1
    assert answers["200"] >= 4
    assert server.connections == 1


def test_a_repeating_caller_holds_as_many_connections_as_it_says() -> None:
    with serving() as server:
        call_until(Repeating(GET, connections=3), server, lambda: server.received.count(b"GET") >= 3)
    assert server.connections == 3


def test_a_long_head_is_sent_in_pieces_and_its_answer_counted() -> None:
    caller = Trickling(GET, 1, b"a" * 1000, 50, start=b"X-Long: ", end=b"\r\n\r\n")
    with serving(431) as server:
        answers = call_until(caller, server, lambda: server.received.count(b"GET") > 2)
    assert b"X-Long: " + b"a" * 50_000 + b"\r\n\r\n" in server.received
    assert answers["431"] >= 1


def test_a_held_body_is_shorter_than_its_content_length() -> None:
    caller = Trickling(PUT, 2, b"b" * 1000, 10, length=11_000, start=b"--form")
    with serving() as server:
        answers = call_until(caller, server, lambda: server.received.count(b"b") >= 20_000)
    head, _, body = bytes(server.received).partition(b"\r\n\r\n")
    assert b"Authorization: Bearer a\r\nContent-Length: 11000" in head
    assert body.startswith(b"--form")
    assert not answers


def test_a_caller_that_does_not_read_asks_on_every_connection() -> None:
    with serving(200) as server:
        call_until(NotReading(GET, 4), server, lambda: server.received.count(b"GET") >= 4)
    assert server.connections == 4


def test_the_peak_of_the_memory_includes_what_is_held_when_the_watch_ends() -> None:
    before = measure_resident_bytes(list_processes(os.getpid()))
    with watching_memory(os.getpid()) as stop_watching:
        held = b"a" * 200_000_000
        peak = stop_watching()
    assert peak - before > 0.9 * len(held)


def test_the_others_are_timed_by_answer() -> None:
    with serving(200, 503, 200) as server:
        waits = time_others(repeat(GET), server.address, 6, 60.0)
    assert waits.answers == Counter({"200": 5, "503": 1})
    assert len(waits.answered_ms) == 5
    assert waits.failed_share == 1 / 6


def test_a_service_that_hangs_up_is_a_failure_of_the_others() -> None:
    waits = time_others(repeat(GET), Address(free_port()), 3, 60.0)
    assert waits.answers == Counter(closed=3)
    assert waits.failed_share == 1


def test_the_callers_have_other_addresses_than_the_others() -> None:
    assert len(set(list_load_addresses(4)) | {OTHERS}) == 5


def test_an_address_that_the_system_lacks_is_replaced() -> None:
    assert choose_address("127.0.0.1") == "127.0.0.1"
    assert choose_address("192.0.2.1") == "127.0.0.1"  # an address that documents use, RFC 5737
