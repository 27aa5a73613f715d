"""Measures one load: starts the service, times the others without and with the load, and watches the memory."""

import socket
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager

from benchmarks.fairness.callers import Caller
from benchmarks.fairness.load import Load
from benchmarks.fairness.others import SAMPLES, SECONDS, UNLOADED_SAMPLES, time_others
from benchmarks.fairness.processes import measure_resident_bytes, run_callers
from benchmarks.fairness.request import Address, Request
from benchmarks.fairness.row import TOGETHER, Row
from benchmarks.fairness.services import Running
from benchmarks.process_tree import list_processes

WARM_UP_SAMPLES = 10
BEGIN_S = 0.8  # from the start of the callers to the first timed request: enough to connect 1,000 times
OTHERS = "127.0.0.3"

RunService = Callable[[], AbstractContextManager[Running]]


def measure_load(load: Load, run: RunService, make_others: Callable[[], Iterator[Request]]) -> Iterator[Row]:
    """One row for each number of callers."""
    caller = load.make()
    for count in load.callers:
        yield _measure(load, caller, count, list_load_addresses(count), run, make_others)
    if load.together:
        yield _measure(load, caller, TOGETHER, [OTHERS] * 4, run, make_others)


def list_load_addresses(count: int) -> Sequence[str]:
    """As many addresses, none of which is OTHERS."""
    return [f"127.0.1.{number + 1}" for number in range(count)]


def choose_address(wanted: str) -> str:
    """`wanted`, or 127.0.0.1 on a system that has no other address (macOS)."""
    with socket.socket() as probe:
        try:
            probe.bind((wanted, 0))
        except OSError:
            return "127.0.0.1"
    return wanted


def _measure(
    load: Load,
    caller: Caller,
    callers: int | str,
    sources: Sequence[str],
    run: RunService,
    make_others: Callable[[], Iterator[Request]],
) -> Row:
    with run() as running:
        address = Address(running.port, choose_address(OTHERS))
        time_others(make_others(), address, WARM_UP_SAMPLES, SECONDS)
        unloaded = time_others(make_others(), address, UNLOADED_SAMPLES, SECONDS)
        before = measure_resident_bytes(list_processes(running.process.pid))
        load_addresses = [Address(running.port, choose_address(source)) for source in sources]
        with run_callers(caller, load_addresses, running.process.pid) as result:
            time.sleep(BEGIN_S)
            loaded = time_others(make_others(), address, SAMPLES, SECONDS)
        has_ended = running.has_ended
    row = Row(
        load.name, callers, unloaded, loaded, result.answers, before, result.peak_bytes, load.growth_mib, has_ended
    )
    print(f"{load.name}, {callers}: {row.ratio:.1f} ×, {row.list_missed()}", file=sys.stderr)
    return row
