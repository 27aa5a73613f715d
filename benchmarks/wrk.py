"""Load from wrk, a load generator in C: the request bodies, its Lua script, and its results.

Every caller sends the same drawing of a three again and again. wrk is the Debian package of that name.
"""

import base64
import json
import re
import subprocess
from pathlib import Path

import numpy as np

from training.rendering.canvas import draw_canvas, encode_png

THREE = [[(0.2, 0.1), (0.6, 0.0), (0.8, 0.2), (0.5, 0.45), (0.85, 0.7), (0.6, 1.0), (0.15, 0.9)]]  # strokes in 0..1
SCRIPT = """
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


def make_drawing() -> bytes:
    """A PNG of a three on the page's canvas, 280×280 RGBA."""
    strokes = [np.array(stroke, np.float32) * 999 for stroke in THREE]
    return encode_png(draw_canvas(strokes, np.random.default_rng(3)))


def write_bodies(folder: Path) -> None:
    """Writes the request body (.json) and the wrk script (.lua) for Slate's API and for MLServer's."""
    encoded = base64.b64encode(make_drawing()).decode()
    mlserver_input = {"name": "drawing", "shape": [1], "datatype": "BYTES", "data": [encoded]}
    bodies = {"slate": {"image": encoded}, "mlserver": {"inputs": [mlserver_input]}}
    for name, body in bodies.items():
        (folder / f"{name}.json").write_text(json.dumps(body))
        (folder / f"{name}.lua").write_text(SCRIPT.format(body=folder / f"{name}.json"))


def write_pausing_script(folder: Path, pause_ms: float) -> Path:
    """A script for Slate whose callers pause for `pause_ms` on average after each answer."""
    script = folder / "flood.lua"
    pause = PAUSE.format(shortest=int(0.5 * pause_ms), longest=int(1.5 * pause_ms))
    script.write_text((folder / "slate.lua").read_text() + pause)
    return script


def run_wrk(url: str, script: Path, callers: int, seconds: float) -> dict[str, float]:
    """The results that SCRIPT prints. Times are in microseconds; `refused` counts answers with an error status."""
    command = ["wrk", "-t1", f"-c{callers}", f"-d{max(1, round(seconds))}s", "--timeout", "20s", "-s", str(script), url]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    summary: dict[str, float] = json.loads(re.findall(r"RESULT (.*)", output)[0])
    return summary
