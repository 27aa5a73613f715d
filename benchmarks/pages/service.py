"""Asks a running inference service to read pictures, one after the other, and measures its processor time."""

import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import httpx
import psutil

from benchmarks.inference_service import SERVICE
from benchmarks.pages.answer import Answer, make_answer, make_refusal
from benchmarks.process_tree import list_processes
from shared.contracts.page import PageReading
from shared.contracts.problem import Problem

TIMEOUT_S = 120
MEDIA_TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".webp": "image/webp"}

Clock = Callable[[], float]  # seconds


def read_pictures(url: str, model: str | None, clock: Clock, pictures: Iterable[Path]) -> Iterator[Answer]:
    """The answer to each picture, in order. RuntimeError if the service fails on one of them."""
    with httpx.Client(base_url=url, timeout=TIMEOUT_S) as client:
        for picture in pictures:
            yield _read(client, model, picture, clock)


def _read(client: httpx.Client, model: str | None, picture: Path, clock: Clock) -> Answer:
    """One request. A refusal of the picture (422 or 413) is an answer without digits."""
    headers, params = {"Content-Type": MEDIA_TYPES[picture.suffix.lower()]}, {"model": model} if model else {}
    body, started = picture.read_bytes(), clock()
    response = client.post("/v1/read", content=body, headers=headers, params=params)
    ms = (clock() - started) * 1000
    if response.status_code in (httpx.codes.UNPROCESSABLE_ENTITY, httpx.codes.REQUEST_ENTITY_TOO_LARGE):
        return make_refusal(Problem.model_validate_json(response.content).code, ms)
    if not response.is_success:
        raise RuntimeError(f"{picture.name}: {response.text}")
    return make_answer(PageReading.model_validate_json(response.content), ms)


def find_service(checkout: Path | None = None) -> psutil.Process | None:
    """The service that this process started in a folder, or None. Other children, such as a database, are not it."""
    folder = (checkout or Path.cwd()).resolve()
    services = (child for child in psutil.Process().children() if SERVICE in child.cmdline())
    return next((service for service in services if Path(service.cwd()) == folder), None)


def make_clock(service: psutil.Process | None) -> Clock:
    """Counts the processor time of a service and its workers (Linux), or the time of day for a service elsewhere."""
    if service is None or not psutil.LINUX:
        return time.perf_counter
    pid = service.pid
    return lambda: sum(_count_processor_s(process.pid) for process in list_processes(pid))


def _count_processor_s(pid: int) -> float:
    """Of all threads of a process. `schedstat` counts nanoseconds; psutil's ticks of 10 ms are too long for a page."""
    tasks = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9
