"""Writes the measurements as Markdown, and puts them between the markers of docs/scaling.md."""

import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from benchmarks.scaling.calibration import Capacity
from benchmarks.scaling.service import make_request
from benchmarks.scaling.simulation import Process, Times
from benchmarks.scaling.sizing import (
    BUSY,
    COPIES,
    CORE_HOUR,
    EXPORTED_PER_S,
    FRONTEND,
    GIB_MONTH,
    IMPORTED_PER_S,
    POSTGRES_CORES,
    PROXY,
    REBUILT_PER_S,
    STORAGE,
    Disk,
    Installation,
    Point,
    make_inference,
)

BEGIN, END = "<!-- begin: make benchmark-scaling -->", "<!-- end: make benchmark-scaling -->"
PERCENTILES = (50, 95, 99)
RATES = (10, 1_000, 100_000)
STORED = (10**7, 10**9)
REQUEST_BYTES = len(make_request(port=8001))


@dataclass(frozen=True)
class Comparison:
    """One load: the latencies that were measured, and those that the simulation gives for the same arrivals."""

    share: float
    offered: float  # requests a second
    answered: float
    measured: Times
    simulated: Times


def write_section(
    process: Process, capacity: Capacity, comparisons: Sequence[Comparison], points: Sequence[Point]
) -> str:
    """All tables."""
    cores = f"{os.cpu_count()} cores, {platform.machine()}"
    lines = [f"`make benchmark-scaling` wrote this on {date.today()} ({cores}).", ""]
    lines += [*_write_process(process, capacity), "", *_write_comparisons(comparisons), "", *_write_points(points), ""]
    lines += [*write_installations(capacity), "", *_write_disk()]
    return "\n".join(lines)


def replace_section(page: str, section: str) -> str:
    """The page with this between its markers. ValueError if it has none."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the page has no {BEGIN} and {END}")
    return f"{before}{begin}\n\n{section}\n\n{end}{after}"


def _write_process(process: Process, capacity: Capacity) -> Iterator[str]:
    batches = ", ".join(f"{np.median(times) * 1000:.2f}" for times in process.batches)
    yield "| one process of inference | measured |"
    yield "| --- | --- |"
    yield f"| requests/s, callers that never pause | {capacity.rate:,.0f} |"
    yield f"| processor time for a request | {capacity.cpu_s * 1000:.2f} ms |"
    yield f"| of it, in the event loop | {(process.accept_s + process.answer_s) * 1000:.2f} ms |"
    yield f"| processor time for a batch of 1, 2, … {len(process.batches)} drawings | {batches} ms |"
    yield f"| kernel and client | {process.outside_s * 1000:.2f} ms |"
    yield f"| bytes of a request | {REQUEST_BYTES:,} |"
    yield f"| speed of each of the two threads while both work (0.5: one runs at a time) | {process.together:.2f} |"


def _write_comparisons(comparisons: Sequence[Comparison]) -> Iterator[str]:
    yield "| load | requests/s offered, answered | measured: median, p95, p99 | simulated: median, p95, p99 |"
    yield "| --- | --- | --- | --- |"
    for each in comparisons:
        rates = f"{each.offered:,.0f}, {each.answered:,.0f}"
        yield f"| {each.share:.0%} | {rates} | {_percentiles(each.measured)} | {_percentiles(each.simulated)} |"


def _percentiles(latencies: Times) -> str:
    return ", ".join(f"{ms:.1f}" for ms in np.percentile(latencies, PERCENTILES) * 1000) + " ms"


def _write_points(points: Sequence[Point]) -> Iterator[str]:
    yield "| share of a pod's capacity, simulated | median | p99 | `slate_work_waiting`, mean |"
    yield "| --- | --- | --- | --- |"
    for each in points:
        yield f"| {each.share:.0%} | {each.median_ms:.1f} ms | {each.p99_ms:.1f} ms | {each.in_lane:.1f} |"


def write_installations(capacity: Capacity) -> Iterator[str]:
    """The table of all parts at each rate."""
    installations = [Installation(rate, make_inference(capacity)) for rate in RATES]
    rows = {
        "network of the requests": [f"{rate * REQUEST_BYTES * 8 / 1e6:,.1f} Mbit/s" for rate in RATES],
        f"inference: pods at {BUSY:.0%} of a core": [f"{each.inference.pods(each.rate):,}" for each in installations],
        "proxy: cores, at most": [f"{PROXY.cores(each.rate):,.1f}" for each in installations],
        "stored a second, at most": [f"{each.stored:,.0f}" for each in installations],
        "storage: pods": [f"{STORAGE.pods(each.stored):,}" for each in installations],
        "their connections to PostgreSQL": [f"{each.connections:,}" for each in installations],
        f"PostgreSQL, {COPIES} servers: cores": [f"{COPIES * POSTGRES_CORES}" for _ in installations],
        "frontend, if each is a stroke: pods": [f"{FRONTEND.pods(each.rate):,}" for each in installations],
        "its cores": [f"{FRONTEND.cores(each.rate):,.1f}" for each in installations],
        "memory that all pods ask for": [f"{each.gib:,.0f} GiB" for each in installations],
        f"month at {CORE_HOUR:.2f} a core-hour: inference, proxy": [
            f"{each.month_answering:,.0f}" for each in installations
        ],
        "storage, PostgreSQL, disk of 30 days": [f"{each.month_storing:,.0f}" for each in installations],
        "frontend": [f"{each.month_page:,.0f}" for each in installations],
        "**all**": [f"**{each.month:,.0f}**" for each in installations],
    }
    yield from _write_rows("requests/s", RATES, rows)


def _write_disk() -> Iterator[str]:
    disks = [Disk(float(stored)) for stored in STORED]
    rows = {
        "rows and indexes": [f"{disk.rows_gib:,.0f} GiB" for disk in disks],
        "of it, indexes": [f"{disk.indexes_gib:,.0f} GiB" for disk in disks],
        "a drawing of 3 kB for each": [f"{disk.drawings_gib:,.0f} GiB" for disk in disks],
        f"a month of three copies at {GIB_MONTH:.2f} a GiB": [f"{disk.month:,.0f}" for disk in disks],
        "export with drawings": [_hours(disk.hours(EXPORTED_PER_S)) for disk in disks],
        "import over HTTP": [_hours(disk.hours(IMPORTED_PER_S)) for disk in disks],
        "counts made anew": [_hours(disk.hours(REBUILT_PER_S)) for disk in disks],
    }
    yield from _write_rows("stored predictions", STORED, rows)


def _write_rows(of: str, numbers: Sequence[int], rows: Mapping[str, Sequence[str]]) -> Iterator[str]:
    yield f"| {of} | {' | '.join(f'{number:,}' for number in numbers)} |"
    yield "| --- " * (len(numbers) + 1) + "|"
    for name, values in rows.items():
        yield f"| {name} | {' | '.join(values)} |"


def _hours(hours: float) -> str:
    return f"{hours * 3600:,.0f} s" if hours < 0.1 else f"{hours:,.1f} h"
