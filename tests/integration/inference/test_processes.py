"""`python -m services.inference` as a real process: without torch on a processor, and with several processes."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from benchmarks.inference_service import running_inference
from tests.e2e.stack import wait_until
from tests.integration.inference.conftest import encode, seven

ROOT = Path(__file__).parents[3]


def test_serving_on_a_processor_loads_no_torch() -> None:
    code = (
        "import sys\n"
        "from services.inference.app import create_app\n"
        "from services.inference.settings import Settings\n"
        "create_app(Settings(device='cpu', engine='openvino'))\n"
        "assert not {'torch', 'training', 'openai'} & sys.modules.keys(), sorted(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("temporary")


@pytest.fixture(scope="module")
def two_processes(folder: Path) -> Iterator[str]:
    with running_inference(INFERENCE_PROCESSES="2", TMPDIR=str(folder)) as url:
        yield url


def test_two_processes_give_the_same_answers_and_sum_their_metrics(two_processes: str) -> None:
    drawing, url = encode(seven()), f"{two_processes}/v1/predict"
    answers = [httpx.post(url, files={"file": drawing}).json() for _ in range(20)]  # one connection each
    assert len({tuple(answer["probabilities"]) for answer in answers}) == 1
    assert len({answer["id"] for answer in answers}) == 20
    metrics = httpx.get(f"{two_processes}/metrics").text
    (count,) = [line for line in metrics.splitlines() if line.startswith("slate_predictions_total{")]
    assert count.endswith(" 20.0")


def test_the_gauges_of_a_process_that_died_are_gone(two_processes: str, folder: Path) -> None:
    first, *_ = folder.glob("slate-metrics-*/gauge_livemin_*.db")  # of each process
    process = psutil.Process(int(first.stem.rpartition("_")[2]))
    process.kill()
    process.wait(30)
    died = time.time()

    def find_oldest_look_at_models() -> float:
        lines = httpx.get(f"{two_processes}/metrics").text.splitlines()
        found = [line.split()[1] for line in lines if line.startswith("slate_models_looked_at_timestamp_seconds ")]
        return min(map(float, found), default=0.0)

    wait_until(lambda: find_oldest_look_at_models() > died, "the dead process is not among the gauges")


@pytest.mark.parametrize("processes", ["1", "2"])
def test_a_stopped_service_removes_its_folder_of_metrics(processes: str, tmp_path: Path) -> None:
    with running_inference(INFERENCE_PROCESSES=processes, TMPDIR=str(tmp_path)):
        pass
    assert not list(tmp_path.glob("slate-metrics-*"))


def test_an_unavailable_engine_ends_the_start_with_one_sentence() -> None:
    started = subprocess.run(
        [sys.executable, "-m", "services.inference"],
        env={"INFERENCE_ENGINE": "openvino", "INFERENCE_DEVICE": "cuda", "INFERENCE_PORT": "0", "PATH": ""},
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=60,
        check=False,
    )
    assert started.returncode != 0
    assert "INFERENCE_DEVICE" in started.stderr
    assert "Traceback" not in started.stderr
