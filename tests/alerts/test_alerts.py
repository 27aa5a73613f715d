"""Every alert fires when its fault is caused, and every query of the dashboards finds data. `make test-alerts` runs it.

The tests share one Slate and run in the order of the file: a baseline, then one fault after the other.
"""

import asyncio
import base64
import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import asyncpg
import httpx
import numpy as np
import pytest
import yaml
from PIL import Image

from services.frontend.saving.outbox import Outbox
from shared.clients.service import ServiceUnavailableError
from shared.contracts.message import ModelVersion
from shared.contracts.storage import PredictionToStore
from shared.recognition.journal import append_event
from tests.alerts.watched import SHIPPED, Watched, list_dashboard_queries, running_watched
from tests.e2e.stack import NO_CERTIFICATES, ROOT, TOKEN, wait_until
from tests.integration.inference.conftest import encode, seven

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="a disk of its own needs root")
PHOTO = ROOT / "services/frontend/views/photo/example_photos/table.jpg"
BASELINE = 80
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    with running_watched(tmp_path_factory.mktemp("alerts")) as running:
        yield running


def predict(watched: Watched, picture: bytes) -> httpx.Response:
    headers = {"Content-Type": "image/png"}
    url = f"{watched.stack.url('inference')}/v1/predict"
    return httpx.post(url, content=picture, headers=headers, timeout=60, verify=NO_CERTIFICATES)


def make_prediction(digit: int = 7, size: int = 50) -> PredictionToStore:
    return PredictionToStore(
        digit=digit,
        confidence=1,
        probabilities=[float(other == digit) for other in range(10)],
        digit_score=1,
        model=ModelVersion(name="cnn", version="1"),
        drawing=base64.b64encode(b"\x89PNG\r\n\x1a\n" + os.urandom(size)),
        created_at=datetime.now(UTC),
    )


def store(watched: Watched, label: int | None = None) -> httpx.Response:
    path = f"/v1/predictions/{uuid4()}"
    with watched.stack.storage() as storage:
        answer = storage.put(path, content=make_prediction().model_dump_json(), headers=JSON)
        if label is not None:
            answer = storage.put(f"{path}/label", json={"digit": label})
    return answer


def change_database(watched: Watched, *statements: str) -> None:
    """As the superuser, on a connection that may write."""

    async def change() -> None:
        sockets = quote(str(watched.stack.folder / "data" / "run"))
        connection = await asyncpg.connect(f"postgresql://postgres@/slate?host={sockets}")
        await connection.execute("SET default_transaction_read_only = off")
        for statement in statements:
            await connection.execute(statement)
        await connection.close()

    asyncio.run(change())


@contextlib.contextmanager
def repeating(work: Callable[[], object], threads: int = 1) -> Iterator[None]:
    """Threads do it again and again, whatever comes out."""
    over = threading.Event()

    def repeat() -> None:
        while not over.is_set():
            with contextlib.suppress(httpx.HTTPError):
                work()

    running = [threading.Thread(target=repeat) for _ in range(threads)]
    for each in running:
        each.start()
    try:
        yield
    finally:
        over.set()
        for each in running:
            each.join()


def test_clear_digits_and_right_labels_are_counted(watched: Watched) -> None:
    drawing = encode(seven())
    for _ in range(BASELINE):
        assert predict(watched, drawing).is_success
    assert store(watched, label=7).is_success
    wait_until(
        lambda: (found := watched.query("sum(slate_confidence_count)")) and float(found[0]["value"][1]) >= BASELINE,
        "Prometheus has the predictions",
    )


def test_a_service_that_hangs_is_down(watched: Watched) -> None:
    with contextlib.ExitStack() as fault, watched.expecting("ServiceDown"):
        fault.enter_context(watched.stack.stopped("frontend"))


def test_a_page_that_does_not_reach_inference_is_noticed(watched: Watched) -> None:
    with contextlib.ExitStack() as fault, watched.expecting("PageWithoutService"):
        fault.enter_context(watched.links.inference.cut())
    assert predict(watched, encode(seven())).is_success  # nobody else noticed


def test_a_version_that_cannot_be_loaded_is_noticed(watched: Watched) -> None:
    pointer = watched.models / "cnn" / "current"
    version = pointer.read_text()
    with watched.expecting("ModelUnusable"):
        pointer.write_text("no-such-version")
    pointer.write_text(version)
    watched.wait_for_end("ModelUnusable")


def test_a_refinement_that_fails_or_is_held_back_is_noticed(watched: Watched, tmp_path: Path) -> None:
    with watched.expecting("RefinementFailed"), watched.links.storage.cut():
        assert refine(watched, tmp_path).returncode == 1
    with watched.expecting("RefinementHeldBack"):  # only written, because it takes a quarter of an hour to learn
        append_event(watched.models, "mlp", "held_back", version="2", why="it reads sevens worse")
    watched.wait_for_end("RefinementFailed")


def refine(watched: Watched, results: Path) -> subprocess.CompletedProcess[bytes]:
    """Tonight's refinement of a model. It reaches storage as the page does."""
    storage = f"http://127.0.0.1:{watched.links.storage.port}"
    places = ("--models-dir", watched.models, "--storage-url", storage, "--results-dir", results)
    command = (sys.executable, "-m", "training.refine.nightly", "--once", "--model", "mlp", *places)
    return subprocess.run(command, cwd=ROOT, env=os.environ | {"STORAGE_TOKEN": TOKEN}, check=False)


def test_a_disk_that_is_nearly_full_is_noticed(watched: Watched) -> None:
    filling = watched.models / "filling"
    with watched.expecting("DiskNearlyFull"):
        disk = os.statvfs(watched.models)
        filling.write_bytes(b"x" * int((disk.f_bavail - 0.03 * disk.f_blocks) * disk.f_frsize))
    filling.unlink()


def test_faults_in_the_answers_are_noticed(watched: Watched) -> None:
    change_database(
        watched,
        "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'broken'; END $$",
        "CREATE TRIGGER fail BEFORE INSERT ON predictions FOR EACH ROW EXECUTE FUNCTION fail()",
    )
    with contextlib.ExitStack() as fault, watched.expecting("ErrorRateHigh"):
        fault.enter_context(repeating(lambda: store(watched)))
    change_database(watched, "DROP TRIGGER fail ON predictions", "DROP FUNCTION fail()")


def test_slow_answers_are_noticed(watched: Watched) -> None:
    drawing, pid = encode(seven()), watched.stack.pid_of("inference")
    assert pid is not None

    def stumble() -> None:
        os.kill(pid, signal.SIGSTOP)
        time.sleep(0.7)
        os.kill(pid, signal.SIGCONT)
        time.sleep(0.1)  # so short that more than one of twenty drawings is in the lane at the next stop

    with contextlib.ExitStack() as fault, watched.expecting("AnswersSlow"):
        fault.enter_context(repeating(lambda: predict(watched, drawing), threads=4))
        fault.enter_context(repeating(stumble))


def test_refused_requests_are_noticed(watched: Watched) -> None:
    photo = PHOTO.read_bytes()

    def read() -> None:
        headers = {"Content-Type": "image/jpeg"}
        url = f"{watched.stack.url('inference')}/v1/read"
        httpx.post(url, content=photo, headers=headers, timeout=60, verify=NO_CERTIFICATES)

    with contextlib.ExitStack() as fault, watched.expecting("RequestsRefused"):
        fault.enter_context(repeating(read, threads=160))  # 60 did not fill the lane of a quiet machine


class Away:
    """A storage that cannot be reached, for an outbox that only writes its file."""

    def __getattr__(self, name: str) -> Callable[..., None]:
        def fail(*_: object, **__: object) -> None:
            raise ServiceUnavailableError(name)

        return fail


def leave_behind(folder: Path, number: int, size: int) -> None:
    """What a frontend that was killed leaves in its folder, which the next one takes over."""
    outbox = Outbox(Away(), folder)
    for _ in range(number):
        outbox.save(uuid4(), make_prediction(size=size))
    outbox.close()


def test_an_outbox_that_waits_and_fills_is_noticed(watched: Watched) -> None:
    with contextlib.ExitStack() as fault, watched.expecting("OutboxWaiting", "OutboxFull"):
        fault.enter_context(watched.stack.stopped("storage"))
        leave_behind(watched.stack.folder / "data" / "outbox", 22, size=10_000_000)


def test_a_database_that_hangs_is_noticed(watched: Watched) -> None:
    with contextlib.ExitStack() as fault, watched.expecting("DatabaseUnreachable"):
        fault.enter_context(watched.stack.stopped("postgres"))
    watched.wait_for_end("DatabaseUnreachable")


def test_a_database_that_is_read_only_is_noticed(watched: Watched) -> None:
    end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'slate-storage'"
    change_database(watched, "ALTER DATABASE slate SET default_transaction_read_only = on", end)
    with contextlib.ExitStack() as fault, watched.expecting("DatabaseRefusesChanges"):
        fault.enter_context(repeating(lambda: store(watched)))
    change_database(watched, "ALTER DATABASE slate RESET default_transaction_read_only", end)
    wait_until(lambda: store(watched, label=7).is_success, "storage stores again")


def test_labels_that_disagree_are_noticed(watched: Watched) -> None:
    with watched.expecting("AccuracyDropped"):
        for _ in range(80):
            assert store(watched, label=3).is_success


def test_drawings_that_the_model_is_unsure_of_are_noticed(watched: Watched) -> None:
    noise = np.random.default_rng(7)

    def scribble() -> bytes:
        return encode(Image.fromarray((noise.random((12, 12)) > 0.5).astype(np.uint8) * 255).resize((280, 280), 0))

    with contextlib.ExitStack() as fault, watched.expecting("DrawingsChanged"):
        fault.enter_context(repeating(lambda: predict(watched, scribble()), threads=2))


@pytest.mark.parametrize("expression", list_dashboard_queries())
def test_every_query_of_the_dashboards_finds_data(watched: Watched, expression: str) -> None:
    assert watched.query(expression)


def test_the_fault_of_every_alert_was_caused(watched: Watched) -> None:
    rules = yaml.safe_load((SHIPPED / "alerts.yml").read_text())["groups"][0]["rules"]
    assert watched.caused == {rule["alert"] for rule in rules}


def test_the_shipped_rules_and_their_own_tests_are_valid() -> None:
    subprocess.run(["promtool", "check", "config", SHIPPED / "prometheus.yml"], check=True)
    subprocess.run(["promtool", "test", "rules", "alerts_test.yml"], check=True, cwd=Path(__file__).parent)
