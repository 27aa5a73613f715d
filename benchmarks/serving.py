"""Slate beside three serving frameworks: the time and memory that each needs to answer a drawing with a digit.

`make benchmark-serving` installs the frameworks, prints the tables and writes them to docs/serving.md. The servers take
turns in one run. Compare the ratios, because a busy machine slows all servers alike. Needs wrk (a Debian package).
"""

import argparse
import asyncio
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from statistics import median

import httpx
import numpy as np

from benchmarks.flood import flood
from benchmarks.process_tree import measure_cpu_s, measure_memory_mb
from benchmarks.servers import ROOT, Server, list_servers, make_environments, run_server
from benchmarks.wrk import make_drawing, run_wrk, write_bodies, write_pausing_script
from services.inference.engines.choice import choose_engine
from services.inference.http.batch_body import IMAGES_PER_CHUNK
from shared.recognition.model_version import find_manifest
from shared.recognition.preprocessing import preprocess

REPORT = ROOT / "docs" / "serving.md"
EXPLANATION = """\
All servers run the same network on the same drawing. The first table has the figures of each server. The second
compares Slate with the best of the others. Its last rows are about overload: for a minute, one group of callers floods
the service with many times more requests than it can answer, and other callers send requests too. The rows say how
long the others waited, and how many requests got no answer.
"""
MODELS_DIR = ROOT / "models"
CALLERS = 64  # clients; each sends its next request as soon as it has an answer
FLOOD_CALLERS = 2048
FLOOD_WAITING = 350  # about this many of FLOOD_CALLERS wait for an answer at any time; the others pause
FLOOD_FACTOR = 10  # times the rate that CALLERS reach
FLOOD_S = 60.0


@dataclass
class Measurements:
    """The measurements of one server, one value for each round."""

    started_s: list[float] = field(default_factory=list)
    at_rest_mb: list[float] = field(default_factory=list)
    alone_ms: list[float] = field(default_factory=list)  # median latency of one caller
    rate: list[float] = field(default_factory=list)  # requests/s of 64 callers
    cpu_ms: list[float] = field(default_factory=list)  # CPU time of the server for a request of 64 callers
    p99_ms: list[float] = field(default_factory=list)  # 99th percentile of the latency of 64 callers
    errors: int = 0


def measure(server: Server, folder: Path, seconds: float, into: Measurements) -> None:
    """Measures one server for one round."""
    with run_server(server, folder) as (url, pid, started_s):
        script = folder / f"{server.body}.lua"
        into.started_s.append(started_s)
        into.at_rest_mb.append(measure_memory_mb(pid))
        run_wrk(url, script, 8, seconds / 2)  # warms up the server
        alone = run_wrk(url, script, 1, seconds)
        before = measure_cpu_s(pid)
        together = run_wrk(url, script, CALLERS, seconds)
        used = measure_cpu_s(pid) - before
        into.alone_ms.append(alone["p50"] / 1000)
        into.rate.append(together["requests"] / (together["us"] / 1e6))
        into.cpu_ms.append(used / together["requests"] * 1000)
        into.p99_ms.append(together["p99"] / 1000)
        into.errors += int(alone["errors"] + alone["refused"] + together["errors"] + together["refused"])


def measure_in_turns(servers: list[Server], folder: Path, rounds: int, seconds: float) -> dict[str, Measurements]:
    """Measures the servers in turns, so that a busy minute of the machine slows all of them."""
    measured = {server.name: Measurements() for server in servers}
    for number in range(rounds):
        for server in servers if number % 2 == 0 else servers[::-1]:
            print(f"round {number + 1}: {server.name}", file=sys.stderr)
            measure(server, folder, seconds, measured[server.name])
    return measured


def make_tables(measured: dict[str, Measurements]) -> Iterator[str]:
    """The medians of each server, and Slate's as shares of the best framework's."""
    yield "| | CPU ms per request | requests/s | p99 ms | median ms, one caller | MB at rest | s to start | errors |"
    yield "| --- " * 8 + "|"
    for name, m in measured.items():
        values = [f"{median(m.cpu_ms):.2f}", f"{median(m.rate):,.0f}", f"{median(m.p99_ms):.0f}"]
        values += [f"{median(m.alone_ms):.2f}", f"{median(m.at_rest_mb):.0f}", f"{median(m.started_s):.2f}"]
        yield f"| {name} | {' | '.join(values)} | {m.errors} |"
    frameworks = [m for name, m in measured.items() if name.endswith("batching")]
    one, two = measured["Slate"], measured["Slate, two processes"]
    best_cpu = min(median(m.cpu_ms) for m in frameworks)
    best_rate = max(median(m.rate) for m in frameworks)
    best_alone = min(median(m.alone_ms) for m in frameworks)
    plain = median(measured["plain FastAPI"].alone_ms)
    yield ""
    yield "| Slate compared with the best framework of this run | | target |"
    yield "| --- | --- | --- |"
    yield write_most("CPU time per request", median(one.cpu_ms) / best_cpu, 0.5)
    yield write_least("requests/s, two processes", median(two.rate) / best_rate, 2)
    yield write_most("median of one caller", median(one.alone_ms) / best_alone, 0.7)
    yield write_most("median of one caller, compared with plain FastAPI", median(one.alone_ms) / plain, 1)
    yield write_least("requests/s, two processes compared with one", median(two.rate) / median(one.rate), 1)


def write_most(what: str, value: float, most: float, unit: str = " ×", digits: int = 2) -> str:
    """A row whose value should be at most `most`."""
    return f"| {what} | {value:.{digits}f}{unit}{'' if value <= most else ' (missed)'} | ≤ {most:g}{unit} |"


def write_least(what: str, ratio: float, least: float) -> str:
    """A row whose ratio should be at least `least`."""
    return f"| {what} | {ratio:.2f} ×{'' if ratio >= least else ' (missed)'} | ≥ {least:g} × |"


def measure_batch(url: str, rounds: int) -> str:
    """The batch endpoint, with 10,000 images as bytes, compared with the engine alone on the same images."""
    manifest = find_manifest(MODELS_DIR, "cnn")
    engine = choose_engine("auto", "auto")(MODELS_DIR / manifest.reference, manifest)
    image, shifts = preprocess(make_drawing()), np.random.default_rng(0).integers(-2, 3, (10_000, 2))
    images = np.stack([np.roll(image, tuple(shift), axis=(0, 1)) for shift in shifts])  # (10000, 28, 28)
    pieces = [images[start : start + IMAGES_PER_CHUNK] for start in range(0, len(images), IMAGES_PER_CHUNK)]
    body, endpoint = images.tobytes(), url.replace("/predict", "/predict/batch")
    ratios = []
    with httpx.Client(headers={"Content-Type": "application/octet-stream"}, timeout=120) as client:
        client.post(endpoint, content=body).raise_for_status()  # warms up the server
        for _ in range(rounds):
            started = time.perf_counter()
            for piece in pieces:
                engine.compute_logits(piece)
            alone = time.perf_counter() - started
            started = time.perf_counter()
            client.post(endpoint, content=body).raise_for_status()
            ratios.append((alone, time.perf_counter() - started))
    ratio = median(alone / served for alone, served in ratios)
    served = 10_000 / median(served for _, served in ratios)
    what = f"batch endpoint, 10,000 images as bytes: {served:,.0f} images/s; compared with the engine alone"
    return write_least(what, ratio, 0.9)


def measure_growth(url: str, pid: int, folder: Path, requests: int) -> str:
    """The memory of the service after warming up, and after at least `requests` more requests."""
    script, seconds = folder / "slate.lua", 5.0
    run_wrk(url, script, CALLERS, seconds)  # warms up the server
    before, answered = measure_memory_mb(pid), 0
    while answered < requests:
        summary = run_wrk(url, script, CALLERS, seconds)
        answered += int(summary["requests"] - summary["refused"])
    after = measure_memory_mb(pid)
    what = f"memory after {answered:,} requests: {after:.0f} MB, before {before:.0f} MB"
    return write_most(f"{what}; growth", 100 * (after / before - 1), 5, " %", 1)


def measure_overload(url: str, folder: Path, unloaded: Measurements) -> Iterator[str]:
    """Floods the service with FLOOD_FACTOR times the rate that CALLERS reach, and times other requests meanwhile.

    Only the other requests, fifty a second, are timed. wrk would mostly measure how long its own flood takes.
    """
    pause_ms = (FLOOD_CALLERS - FLOOD_WAITING) / (FLOOD_FACTOR * median(unloaded.rate)) * 1000
    script = write_pausing_script(folder, pause_ms)
    body = (folder / "slate.json").read_bytes()
    host, port = url.removeprefix("http://").partition("/")[0].split(":")
    head = f"POST /v1/predict HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    request = f"{head}\r\n\r\n".encode() + body
    with ThreadPoolExecutor(1) as executor:
        wrk = executor.submit(run_wrk, url, script, FLOOD_CALLERS, FLOOD_S)
        time.sleep(1)
        others = asyncio.run(flood(host, int(port), request, rate=50, seconds=FLOOD_S - 2))
        summary = wrk.result()
    sent, refused = int(summary["requests"]), int(summary["refused"])
    p99 = others.percentile_ms(200, 99)
    factor = f"{sent / FLOOD_S / median(unloaded.rate):.1f} times the rate of {CALLERS} callers"
    flooded = f"flood of {sent / FLOOD_S:,.0f} requests/s for {FLOOD_S:g} s, {factor}"
    yield f"| {flooded}: {sent - refused:,} answered, {refused:,} refused | | |"
    unanswered = f"without an answer: of the flood + of the {sum(others.counts.values())} others"
    yield f"| {unanswered} | {int(summary['errors'])} + {others.lost} | 0 |"
    answered = f"p99 of the {others.counts[200]} others answered: {p99:.0f} ms; compared with {CALLERS} callers"
    yield write_most(answered, p99 / median(unloaded.p99_ms), 4, digits=1)
    yield write_most(f"p99 of the {others.counts[503]} others refused", others.percentile_ms(503, 99), 50, " ms", 0)


def main() -> int:
    """Prints the tables and writes them to docs/serving.md. Exit status 1 if wrk is not installed."""
    parser = argparse.ArgumentParser(description="Compares Slate with other serving frameworks.")
    parser.add_argument("--rounds", type=int, default=5, help="how often each server is started and measured")
    parser.add_argument("--seconds", type=float, default=5.0, help="length of each measurement")
    parser.add_argument("--requests", type=int, default=50_000, help="requests between the two measurements of memory")
    options = parser.parse_args()
    if shutil.which("wrk") is None:
        print("wrk is not installed: run `apt-get install wrk`, or install your system's package wrk.", file=sys.stderr)
        return 1
    make_environments()
    servers = list_servers()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        write_bodies(folder)
        measured = measure_in_turns(servers, folder, options.rounds, options.seconds)
        lines = [*make_tables(measured)]
        with run_server(servers[0], folder) as (url, pid, _):
            print("batches of images", file=sys.stderr)
            lines.append(measure_batch(url, options.rounds))
            print("memory", file=sys.stderr)
            lines.append(measure_growth(url, pid, folder, options.requests))
            print("flood", file=sys.stderr)
            lines += measure_overload(url, folder, measured["Slate"])
    cores = f"{os.cpu_count()} cores, {platform.machine()}"
    written = f"`make benchmark-serving` wrote this on {date.today()}"
    how = f"{cores}, {options.rounds} rounds of {options.seconds:g} s, medians"
    REPORT.write_text(f"# Serving, measured\n\n{written} ({how}).\n\n{EXPLANATION}\n" + "\n".join(lines) + "\n")
    print("\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
