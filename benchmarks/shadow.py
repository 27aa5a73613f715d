"""What a version in shadow costs: processor time for each request, and the latency of the answers.

`python -m benchmarks.shadow` starts inference with a copy of the version in use beside it, sends requests at a steady
rate, and lets the shadow run in every second turn. Compare the turns of one run, because a busy machine slows all of
them. `measure_shadow` is for other benchmarks.
"""

import argparse
import asyncio
import json
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Literal

import httpx

from benchmarks.flood import Flood, flood
from benchmarks.process_tree import measure_cpu_s
from benchmarks.servers import ROOT, Server, run_server
from benchmarks.wrk import write_bodies
from shared.recognition.model_version import MANIFEST, READER, find_manifest, set_shadow

MODEL, COPY = "cnn", "copy"
COLLECT_S = 2.0  # after a turn, the shadow reads what it has collected; the idle time counts in every turn
WARM_UP_S = 4.0
START_TIMEOUT_S = 60.0
COMPARED = re.compile(r"^slate_shadow_answers_total\{.*\} ([\d.e+]+)$", re.MULTILINE)


@dataclass
class Turns:
    """The turns with the shadow, or those without it: one value for each turn."""

    cpu_ms: list[float] = field(default_factory=list)  # of all processes of inference, for each request
    p50_ms: list[float] = field(default_factory=list)
    p99_ms: list[float] = field(default_factory=list)
    unanswered: int = 0  # refused or lost


@dataclass(frozen=True)
class ShadowCost:
    """Turns in pairs, without the shadow and with it. `compared` is the share of the answers that it checked."""

    without: Turns
    beside: Turns
    compared: float

    @property
    def cpu_ratio(self) -> float:
        """The median processor time that the shadow adds to a request, as a multiple of that of the request itself."""
        pairs = zip(self.without.cpu_ms, self.beside.cpu_ms, strict=True)
        return median(beside / without - 1 for without, beside in pairs)

    def count_slower(self, percentile: Literal["p50_ms", "p99_ms"]) -> int:
        """In how many pairs the latency was higher with the shadow. By chance, it is about half of them."""
        pairs = zip(getattr(self.without, percentile), getattr(self.beside, percentile), strict=True)
        return sum(beside > without for without, beside in pairs)

    def describe(self) -> Iterator[str]:
        """The rows of a Markdown table."""
        yield "| | without a shadow | with one |"
        yield "| --- | --- | --- |"
        for name, key in (("CPU ms per request", "cpu_ms"), ("median ms", "p50_ms"), ("p99 ms", "p99_ms")):
            cells = (_write(getattr(turns, key)) for turns in (self.without, self.beside))
            yield f"| {name} | {' | '.join(cells)} |"
        yield f"| refused or lost | {self.without.unanswered} | {self.beside.unanswered} |"
        yield ""
        checked = f"it checked {self.compared:.1%} of the answers"
        yield f"The shadow adds {self.cpu_ratio:.2f} × the CPU of a request; {checked}."
        slower = f"{self.count_slower('p50_ms')} and the p99 in {self.count_slower('p99_ms')}"
        yield f"The median was higher with it in {slower} of {len(self.without.p50_ms)} pairs; chance makes it half."


def _write(values: list[float]) -> str:
    return f"{median(values):.2f} ({min(values):.2f} to {max(values):.2f})"


def measure_shadow(*, rate: float, seconds: float, pairs: int, models_dir: Path = ROOT / "models") -> ShadowCost:
    """Measure that many pairs of turns of `seconds` each, at `rate` requests per second."""
    with tempfile.TemporaryDirectory(prefix="slate-shadow-") as name:
        folder = Path(name)
        shadow = _copy_models(models_dir, folder / "models")
        write_bodies(folder)
        settings = {"INFERENCE_MODELS_DIR": str(folder / "models"), "INFERENCE_DEFAULT_MODEL": MODEL}
        server = Server("Slate", [sys.executable, "-m", "services.inference"], settings)
        with run_server(server, folder) as (url, pid, _):
            return _Measuring(folder, shadow, httpx.URL(url), pid, rate, seconds).measure(pairs)


def _copy_models(models_dir: Path, target: Path) -> str:
    """The model in use and a copy of it, which runs in shadow → `name/version` of the copy."""
    (target / MODEL).mkdir(parents=True)
    manifest = find_manifest(models_dir, MODEL)
    shutil.copy(models_dir / MODEL / "current", target / MODEL / "current")
    (target / manifest.reference).symlink_to((models_dir / manifest.reference).resolve())
    (target / READER).symlink_to((models_dir / READER).resolve())
    shutil.copytree(models_dir / manifest.reference, target / MODEL / COPY)
    described = json.loads(manifest.model_dump_json()) | {"version": COPY}
    (target / MODEL / COPY / MANIFEST).write_text(json.dumps(described))
    return f"{MODEL}/{COPY}"


@dataclass(frozen=True)
class _Measuring:
    folder: Path
    shadow: str
    url: httpx.URL
    pid: int
    rate: float
    seconds: float

    def measure(self, pairs: int) -> ShadowCost:
        self._switch(self.shadow)
        self._send(WARM_UP_S)
        without, beside = Turns(), Turns()
        before = self._end_warm_up()
        for number in range(pairs):
            for is_shadowed in (False, True) if number % 2 == 0 else (True, False):
                self._switch(self.shadow if is_shadowed else None)
                self._take_turn(beside if is_shadowed else without)
        sent = pairs * int(self.rate * self.seconds)
        return ShadowCost(without, beside, (self._count_compared() - before) / sent)

    def _end_warm_up(self) -> float:
        """Wait until the shadow is loaded and has checked what it has collected → how many. RuntimeError."""
        deadline = time.monotonic() + START_TIMEOUT_S
        compared = self._count_compared()
        while time.monotonic() < deadline:
            time.sleep(COLLECT_S)
            before, compared = compared, self._count_compared()
            if 0 < before == compared:
                return compared
        raise RuntimeError(f"{self.shadow} did not check the answers of the warm-up")

    def _take_turn(self, turns: Turns) -> None:
        before = measure_cpu_s(self.pid)
        flooded = self._send(self.seconds)
        used = measure_cpu_s(self.pid) - before
        sent = int(self.rate * self.seconds)
        turns.cpu_ms.append(1000 * used / sent)
        turns.p50_ms.append(flooded.percentile_ms(200, 50))
        turns.p99_ms.append(flooded.percentile_ms(200, 99))
        turns.unanswered += sent - flooded.counts[200]

    def _send(self, seconds: float) -> Flood:
        body = (self.folder / "slate.json").read_bytes()
        head = f"POST {self.url.path} HTTP/1.1\r\nHost: {self.url.host}\r\nContent-Type: application/json\r\n"
        request = f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
        flooded = asyncio.run(flood(self.url.host, self.url.port or 80, request, rate=self.rate, seconds=seconds))
        time.sleep(COLLECT_S)
        return flooded

    def _switch(self, shadow: str | None) -> None:
        """RuntimeError if inference does not do it."""
        set_shadow(self.folder / "models", MODEL, shadow)
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline:
            found = httpx.get(self.url.copy_with(path="/v1/models")).json()["shadow"]
            if (found and f"{found['name']}/{found['version']}") == shadow:
                return
            time.sleep(0.1)
        raise RuntimeError(f"{shadow} did not begin or end to run in shadow")

    def _count_compared(self) -> float:
        return sum(map(float, COMPARED.findall(httpx.get(self.url.copy_with(path="/metrics")).text)))


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=50, help="requests per second")
    parser.add_argument("--seconds", type=float, default=5, help="of each turn")
    parser.add_argument("--pairs", type=int, default=12, help="turns without and with the shadow")
    options = parser.parse_args()
    for line in measure_shadow(rate=options.rate, seconds=options.seconds, pairs=options.pairs).describe():
        print(line)


if __name__ == "__main__":
    main()
