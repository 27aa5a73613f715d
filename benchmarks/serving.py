"""Ours beside the serving frameworks: a drawing as PNG in base64 in JSON → the digit, in interleaved rounds of one run.

`make benchmark-serving` makes the peers' environments, prints the tables and writes them to docs/serving.md. Judge by
the ratios: on a busy machine all of them suffer alike. Needs wrk (the Debian package of that name).
"""

import argparse
import asyncio
import base64
import json
import os
import platform
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from statistics import median

import httpx
import numpy as np
import psutil

from benchmarks.flood import flood
from benchmarks.process_tree import cpu_seconds, memory_mb, tree_of
from services.inference.batch_input import IMAGES_A_PIECE
from services.inference.engines.choice import choose_engine
from shared.recognition.model_version import find_manifest
from shared.recognition.preprocessing import preprocess
from training.rendering.canvas import draw, encode_png

ROOT = Path(__file__).parents[1]
REPORT = ROOT / "docs" / "serving.md"
START_TIMEOUT_S = 60
THREE = [[(0.2, 0.1), (0.6, 0.0), (0.8, 0.2), (0.5, 0.45), (0.85, 0.7), (0.6, 1.0), (0.15, 0.9)]]
MLSERVER = {"host": "127.0.0.1", "parallel_workers": 0, "debug": False}  # and its ports
MLSERVER_MODEL = {
    "name": "digits",
    "implementation": "benchmarks.peers.ml_server.Digits",
    "max_batch_size": 64,
    "max_batch_time": 0.002,
}
PACKAGES = {
    "fastapi": ["fastapi", "uvicorn", "uvloop", "httptools"],
    "litserve": ["litserve"],
    "mlserver": ["mlserver"],
}
LUA = """
wrk.method = "POST"; wrk.headers["Content-Type"] = "application/json"
local file = io.open("{body}", "r"); wrk.body = file:read("*a"); file:close()
function done(summary, latency)
  local failed = summary.errors
  local line = 'RESULT {{"requests": %d, "us": %d, "p50": %.1f, "p99": %.1f, "errors": %d, "refused": %d}}\\n'
  io.write(string.format(line, summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    failed.connect + failed.read + failed.write + failed.timeout, failed.status))
end
"""

PAUSE = "\nfunction delay() return math.random({shortest}, {longest}) end\n"  # ms before a caller's next request
FLOODING = 2048  # callers
WAITING = 350  # of them that wait for an answer, about; the others pause
TIMES = 10  # the rate that is sustained


@dataclass(frozen=True)
class Server:
    """How one is started: `{port}` and `{folder}` are filled in."""

    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    path: str = "/v1/predict"
    body: str = "ours"


@dataclass
class Measured:
    """Of one server, a value a round."""

    started_s: list[float] = field(default_factory=list)
    at_rest_mb: list[float] = field(default_factory=list)
    alone_ms: list[float] = field(default_factory=list)  # median latency of one caller
    rate: list[float] = field(default_factory=list)  # requests/s of 64 callers
    cpu_ms: list[float] = field(default_factory=list)  # of the server, a request, 64 callers
    p99_ms: list[float] = field(default_factory=list)  # of 64 callers
    errors: int = 0


def servers(environments: Path) -> list[Server]:
    """Ours in one process and in one for each core, and the peers."""
    ours = [sys.executable, "-m", "services.inference"]
    uvicorn = ["-m", "uvicorn", "benchmarks.peers.plain_fastapi:app", "--port", "{port}", "--no-access-log"]

    def python(name: str) -> str:
        return str(environments / name / "bin" / "python")

    return [
        Server("Slate", ours),
        Server("Slate, two processes", ours, {"INFERENCE_PROCESSES": "2"}),
        Server("plain FastAPI", [python("fastapi"), *uvicorn, "--log-level", "error"]),
        Server("LitServe, batching", [python("litserve"), "-m", "benchmarks.peers.lit"]),
        Server(
            "MLServer, batching",
            [str(environments / "mlserver" / "bin" / "mlserver"), "start", "{folder}"],
            path="/v2/models/digits/infer",
            body="mlserver",
        ),
    ]


def make_environments(folder: Path) -> None:
    """One virtual environment for each peer; torch first, so that none brings its own."""
    for name, packages in PACKAGES.items():
        if not (folder / name).exists():
            print(f"installing {name} ...", file=sys.stderr)
            subprocess.run([sys.executable, "-m", "venv", folder / name], check=True)
            install = [str(folder / name / "bin" / "python"), "-m", "pip", "install", "--quiet"]
            subprocess.run([*install, "torch==2.13.0"], check=True)
            subprocess.run([*install, "numpy", "pillow", *packages], check=True)


def make_drawing() -> bytes:
    """PNG of a three on the page's canvas, 280×280 RGBA."""
    strokes = [np.array(stroke, np.float32) * 999 for stroke in THREE]
    return encode_png(draw(strokes, np.random.default_rng(3)))


def write_bodies(folder: Path) -> None:
    """What each kind of server is sent, and how wrk sends it."""
    encoded = base64.b64encode(make_drawing()).decode()
    mlserver_input = {"name": "drawing", "shape": [1], "datatype": "BYTES", "data": [encoded]}
    bodies = {"ours": {"image": encoded}, "mlserver": {"inputs": [mlserver_input]}}
    for name, body in bodies.items():
        (folder / f"{name}.json").write_text(json.dumps(body))
        (folder / f"{name}.lua").write_text(LUA.format(body=folder / f"{name}.json"))


@contextmanager
def running(server: Server, folder: Path) -> Iterator[tuple[str, int, float]]:
    """(URL, process id, seconds to its first answer). RuntimeError where it does not come up."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (folder / "settings.json").write_text(
        json.dumps({**MLSERVER, "http_port": port, "grpc_port": port + 1, "metrics_port": port + 2})
    )
    (folder / "model-settings.json").write_text(json.dumps(MLSERVER_MODEL))
    environment = {
        **os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "PORT": str(port),
        "INFERENCE_PORT": str(port), "INFERENCE_LOG_LEVEL": "ERROR", **server.environment,
    }  # fmt: skip
    command = [part.format(port=port, folder=folder) for part in server.command]
    body, url = (folder / f"{server.body}.json").read_bytes(), f"http://127.0.0.1:{port}{server.path}"
    started = time.perf_counter()
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        yield url, process.pid, wait_for_answer(url, body, process, started)
    finally:
        everyone = tree_of(process.pid)  # LitServe leaves its workers behind
        process.terminate()
        _, deaf = psutil.wait_procs(everyone, timeout=15)
        for each in deaf:
            each.kill()
        process.wait()


def wait_for_answer(url: str, body: bytes, process: subprocess.Popen[bytes], started: float) -> float:
    """Seconds from `started` until it first answered. RuntimeError where it never does."""
    while time.perf_counter() < started + START_TIMEOUT_S and process.poll() is None:
        try:
            answer = httpx.post(url, content=body, headers={"Content-Type": "application/json"})
        except httpx.TransportError:
            time.sleep(0.01)
            continue
        if answer.is_success:
            return time.perf_counter() - started
        time.sleep(0.01)
    raise RuntimeError(f"{url} never answered")


def run_wrk(url: str, script: Path, callers: int, seconds: float) -> dict[str, float]:
    """wrk's own summary."""
    command = ["wrk", "-t1", f"-c{callers}", f"-d{max(1, round(seconds))}s", "--timeout", "20s", "-s", str(script), url]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    summary: dict[str, float] = json.loads(re.findall(r"RESULT (.*)", output)[0])
    return summary


def measure(server: Server, folder: Path, seconds: float, into: Measured) -> None:
    """One round of one server."""
    with running(server, folder) as (url, pid, started_s):
        script = folder / f"{server.body}.lua"
        into.started_s.append(started_s)
        into.at_rest_mb.append(memory_mb(pid))
        run_wrk(url, script, 8, seconds / 2)  # warm
        alone = run_wrk(url, script, 1, seconds)
        before = cpu_seconds(pid)
        together = run_wrk(url, script, 64, seconds)
        used = cpu_seconds(pid) - before
        into.alone_ms.append(alone["p50"] / 1000)
        into.rate.append(together["requests"] / (together["us"] / 1e6))
        into.cpu_ms.append(used / together["requests"] * 1000)
        into.p99_ms.append(together["p99"] / 1000)
        into.errors += int(alone["errors"] + alone["refused"] + together["errors"] + together["refused"])


def race(everyone: list[Server], folder: Path, rounds: int, seconds: float) -> dict[str, Measured]:
    """The servers take turns, so that a busy minute hits all of them."""
    measured = {server.name: Measured() for server in everyone}
    for number in range(rounds):
        for server in everyone if number % 2 == 0 else everyone[::-1]:
            print(f"round {number + 1}: {server.name}", file=sys.stderr)
            measure(server, folder, seconds, measured[server.name])
    return measured


def race_table(measured: dict[str, Measured]) -> Iterator[str]:
    """Medians, and ours as shares of the best framework's."""
    yield "| | CPU ms a request | requests/s | p99 ms | one caller's median ms | MB at rest | s to start | errors |"
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
    yield "| against the best framework of the run | | target |"
    yield "| --- | --- | --- |"
    yield f"| CPU time a request | {median(one.cpu_ms) / best_cpu:.2f} × | ≤ 0.5 × |"
    yield f"| requests/s, two processes | {median(two.rate) / best_rate:.2f} × | ≥ 2 × |"
    yield f"| median of one caller | {median(one.alone_ms) / best_alone:.2f} × | ≤ 0.7 × |"
    yield f"| the same against plain FastAPI | {median(one.alone_ms) / plain:.2f} × | < 1 × |"
    yield f"| two processes against one, requests/s | {median(two.rate) / median(one.rate):.2f} × | ≥ 1 × |"


def measure_batch(url: str, models_dir: Path, rounds: int) -> str:
    """10,000 images as bytes against the engine alone on the same images, in turns."""
    manifest = find_manifest(models_dir, "cnn")
    engine = choose_engine("auto", "auto")(models_dir / manifest.reference, manifest)
    image, shifts = preprocess(make_drawing()), np.random.default_rng(0).integers(-2, 3, (10_000, 2))
    images = np.stack([np.roll(image, tuple(shift), axis=(0, 1)) for shift in shifts])
    pieces = [images[start : start + IMAGES_A_PIECE] for start in range(0, len(images), IMAGES_A_PIECE)]
    body, endpoint = images.tobytes(), url.replace("/predict", "/predict/batch")
    ratios = []
    with httpx.Client(headers={"Content-Type": "application/octet-stream"}, timeout=120) as client:
        client.post(endpoint, content=body).raise_for_status()  # warm
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
    what = f"batch endpoint, 10,000 images as bytes: {served:,.0f} images/s; against the engine alone in a loop"
    return f"| {what} | {ratio:.2f} × | ≥ 0.9 × |"


def measure_growth(url: str, pid: int, folder: Path, requests: int) -> str:
    """Memory of the warm service, and after so many requests more."""
    script, seconds = folder / "ours.lua", 5.0
    run_wrk(url, script, 64, seconds)  # warm
    before, answered = memory_mb(pid), 0
    while answered < requests:
        summary = run_wrk(url, script, 64, seconds)
        answered += int(summary["requests"] - summary["refused"])
    after = memory_mb(pid)
    what = f"memory after {answered:,} requests: {after:.0f} MB, before {before:.0f} MB"
    return f"| {what}; growth | {after / before - 1:+.1%} | ≤ 5 % |"


def measure_overload(url: str, folder: Path, unloaded: Measured, seconds: float) -> Iterator[str]:
    """wrk sends ten times as many requests as 64 callers got answered; others ask fifty times a second.

    The others are timed, those let in and those refused: what times its own flood on this machine times itself.
    """
    pause_ms = (FLOODING - WAITING) / (TIMES * median(unloaded.rate)) * 1000
    script = folder / "flood.lua"
    script.write_text(
        (folder / "ours.lua").read_text() + PAUSE.format(shortest=int(0.5 * pause_ms), longest=int(1.5 * pause_ms))
    )
    body = (folder / "ours.json").read_bytes()
    host, port = url.removeprefix("http://").partition("/")[0].split(":")
    head = f"POST /v1/predict HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    request = f"{head}\r\n\r\n".encode() + body
    with ThreadPoolExecutor(1) as executor:
        wrk = executor.submit(run_wrk, url, script, FLOODING, seconds)
        time.sleep(1)
        probes = asyncio.run(flood(host, int(port), request, rate=50, seconds=seconds - 2))
        summary = wrk.result()
    sent, refused = int(summary["requests"]), int(summary["refused"])
    p99 = probes.percentile_ms(200, 99)
    sustained = f"{sent / seconds / median(unloaded.rate):.1f} times what 64 callers were answered"
    flooded = f"flood of {sent / seconds:,.0f} requests/s for {seconds:g} s, {sustained}"
    yield f"| {flooded}: answered {sent - refused:,}, refused {refused:,} | | |"
    others = sum(probes.counts.values())
    yield f"| lost of the flood and of {others} others | {int(summary['errors'])} + {probes.lost} | 0 |"
    ratio = p99 / median(unloaded.p99_ms)
    answered = f"p99 of the {probes.counts[200]} others answered {p99:.0f} ms, against that of 64 callers"
    yield f"| {answered} | {ratio:.1f} × | ≤ 4 × |"
    yield f"| p99 of the {probes.counts[503]} others refused | {probes.percentile_ms(503, 99):.0f} ms | ≤ 50 ms |"


def main() -> int:
    """Prints the tables and writes them down."""
    parser = argparse.ArgumentParser(description="Ours beside the serving frameworks.")
    parser.add_argument("--environments", type=Path, default=ROOT / ".peers", help="one virtual environment a peer")
    parser.add_argument("--models-dir", type=Path, default=ROOT / "models")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=5.0, help="of each measurement")
    parser.add_argument("--overload-seconds", type=float, default=60.0)
    parser.add_argument(
        "--requests", type=int, default=50_000, help="after which memory is looked at; 1,000,000 take long"
    )
    options = parser.parse_args()
    if shutil.which("wrk") is None:
        print("wrk is not installed: `apt-get install wrk`, or your system's package of that name.", file=sys.stderr)
        return 1
    make_environments(options.environments)
    everyone = servers(options.environments)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        write_bodies(folder)
        measured = race(everyone, folder, options.rounds, options.seconds)
        lines = [*race_table(measured)]
        with running(everyone[0], folder) as (url, pid, _):
            print("batches of images", file=sys.stderr)
            lines.append(measure_batch(url, options.models_dir, options.rounds))
            print("memory", file=sys.stderr)
            lines.append(measure_growth(url, pid, folder, options.requests))
            print("flood", file=sys.stderr)
            lines += measure_overload(url, folder, measured["Slate"], options.overload_seconds)
    cores = f"{os.cpu_count()} cores, {platform.machine()}"
    title = "# Serving, measured\n\n`make benchmark-serving` wrote this"
    text = f"{title} on {date.today()} ({cores}, {options.rounds} rounds of {options.seconds:g} s, medians).\n\n"
    REPORT.write_text(text + "\n".join(lines) + "\n")
    print("\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
