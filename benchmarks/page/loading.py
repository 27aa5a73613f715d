"""What a first visit to the page costs: bytes over the wire, requests, and the time until one can draw.

The browser has an empty cache and the network of a slow line, which Chromium emulates. Bytes are those of the answers
with their headers, and of the messages of the WebSocket, until the page has come to rest.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

from playwright.sync_api import Browser, CDPSession

LINE_BYTES_A_S = 4_000_000 / 8  # 4 Mbit/s
LATENCY_MS = 20
ROUNDS = 5
PATIENCE_MS = 60_000
WIDTH, HEIGHT = 390, 844

HEAD = """
| first visit | bytes | requests | canvas at 4 Mbit/s | answer's place at 4 Mbit/s |
| --- | --- | --- | --- | --- |"""


@dataclass
class Visit:
    """One visit. `canvas_s` and `answer_s` are the times until the canvas and the empty answer are on the page."""

    bytes: float = 0
    requests: int = 0
    canvas_s: float = 0
    answer_s: float = 0

    def count_answer(self, event: Mapping[str, Any]) -> None:
        """Takes an event of Chromium, `Network.loadingFinished`."""
        self.bytes += event["encodedDataLength"]

    def count_message(self, event: Mapping[str, Any]) -> None:
        """Takes an event of Chromium, `Network.webSocketFrameReceived`. Binary messages come as base64."""
        frame = event["response"]
        data = frame["payloadData"]
        self.bytes += len(data) if frame["opcode"] == 1 else len(base64.b64decode(data))

    def count_request(self, _event: Mapping[str, Any]) -> None:
        """Takes an event of Chromium, `Network.requestWillBeSent`."""
        self.requests += 1


def visit(browser: Browser, url: str) -> Visit:
    """Opens the page in a new browser profile and waits until it has come to rest."""
    found = Visit()
    context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT})
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    slow_down(context.new_cdp_session(page), found)
    page.goto(url, wait_until="commit")
    page.locator("canvas.upper-canvas").wait_for()
    found.canvas_s = page.evaluate("performance.now() / 1000")
    page.get_by_test_id("empty").wait_for()
    found.answer_s = page.evaluate("performance.now() / 1000")
    page.wait_for_load_state("networkidle")
    context.close()
    return found


def slow_down(session: CDPSession, found: Visit) -> None:
    """Gives the page a slow line, and counts what comes over it."""
    session.on("Network.loadingFinished", found.count_answer)
    session.on("Network.webSocketFrameReceived", found.count_message)
    session.on("Network.requestWillBeSent", found.count_request)
    session.send("Network.enable")
    speed = {"downloadThroughput": LINE_BYTES_A_S, "uploadThroughput": LINE_BYTES_A_S}
    session.send("Network.emulateNetworkConditions", {"offline": False, "latency": LATENCY_MS, **speed})


def write_row(name: str, visits: list[Visit]) -> str:
    """One row of the table, with the median of each."""
    weight = median(each.bytes for each in visits) / 1e6
    requests = median(each.requests for each in visits)
    canvas, answer = (median(times) for times in zip(*((each.canvas_s, each.answer_s) for each in visits), strict=True))
    return f"| {name} | {weight:.2f} MB | {requests:.0f} | {canvas:.1f} s | {answer:.1f} s |"
