"""`make up-refine`: the refinement writes the models that inference reads, and says why it learned nothing.

The page is not started. MNIST is not needed: there are no labels to learn from.
"""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.containers.project import ROOT, Project
from tests.e2e.stack import wait_until
from tests.written_versions import write_copies

FILES = ("docker-compose.yml", "docker-compose.refine.yml")
SETTINGS = {"COMPOSE_FILE": os.pathsep.join(FILES)}
PROMOTION = ("exec", "-T", "refine", "python", "-m", "training.promotion")


@pytest.fixture(scope="module")
def refining(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """With versions 2 and 3 of `mlp` beside the shipped one, which is in use."""
    project = Project("slate-test-refine").with_settings(SETTINGS)
    copies = tmp_path_factory.mktemp("models")
    write_copies(copies, "mlp", "2", "3")
    try:
        project.compose("up", "--build", "--detach", "--wait", "refine")
        for version in ("2", "3"):
            project.compose("cp", str(copies / "mlp" / version), f"refine:/app/models/mlp/{version}")
        yield project
    finally:
        project.remove()


def read_current(refining: Project, name: str) -> str:
    """The version that inference answers with."""
    return str(httpx.get(f"{refining.url('inference')}/v1/models/{name}/current").json()["version"])


def read_events(refining: Project, name: str) -> list[tuple[str, str]]:
    """What the journal of inference says happened and why, newest first."""
    journal = httpx.get(f"{refining.url('inference')}/v1/models/{name}/journal").json()
    return [(event["event"], event["why"]) for event in journal["events"]]


def test_the_refinement_runs_without_root_without_capabilities_and_on_a_read_only_file_system(
    refining: Project,
) -> None:
    assert refining.compose("exec", "-T", "refine", "id", "-u").strip() == "10001"
    status = refining.compose("exec", "-T", "refine", "cat", "/proc/1/status")
    assert {line.split()[1] for line in status.splitlines() if line.startswith("Cap")} == {"0" * 16}
    refused = refining.run("exec", "-T", "refine", "touch", "/app/training/changed")
    assert "Read-only file system" in refused.stderr


@pytest.mark.parametrize("service", ["refine", "inference"])
def test_both_containers_may_write_to_the_models(refining: Project, service: str) -> None:
    refining.compose("exec", "-T", service, "sh", "-c", "touch models/cnn/.tried && rm models/cnn/.tried")


def test_the_nightly_refinement_waits_for_its_time(refining: Project) -> None:
    wait_until(lambda: "the next refinement of cnn begins at" in refining.compose("logs", "refine"), "the nightly run")
    again = refining.run("exec", "-T", "refine", "python", "-m", "training.refine.nightly", "--once")
    assert again.returncode == 1
    assert "Another process already refines cnn" in again.stderr


def test_a_refinement_without_labels_says_so_in_the_journal_that_inference_shows(refining: Project) -> None:
    said = refining.compose("exec", "-T", "refine", "python", "-m", "training.refine")
    assert "There are no labels yet, nothing to learn from." in said
    assert ("nothing_to_learn", "There are no labels yet, nothing to learn from.") in read_events(refining, "cnn")


def test_a_version_that_the_command_promotes_answers_and_is_in_the_audit(refining: Project) -> None:
    refining.compose(*PROMOTION, "promote", "mlp/2", "--why", "reads sevens with a bar", "--yes")
    wait_until(lambda: read_current(refining, "mlp") == "2", "the promoted version in use", timeout_s=5)
    assert "mlp/2  in use" in refining.compose(*PROMOTION, "list", "mlp")
    assert ("promoted", "reads sevens with a bar") in read_events(refining, "mlp")
    with refining.storage() as storage:
        audit = storage.get("/v1/audit").json()["entries"]
    assert "promotion_done" in {event["action"] for event in audit}


def test_a_ticket_of_storage_puts_a_version_in_use_that_the_refinement_sees(refining: Project) -> None:
    wish = {"action": "promote", "name": "mlp", "version": "3", "why": "reads ones with a foot"}
    with refining.storage() as storage:
        ticket = storage.post("/v1/promotions", json=wish).raise_for_status().json()["ticket"]
    answer = httpx.put(f"{refining.url('inference')}/v1/models/mlp/current", json={"ticket": ticket}, timeout=60)
    assert answer.json()["version"] == "3"
    assert read_current(refining, "mlp") == "3"
    assert "mlp/3  in use" in refining.compose(*PROMOTION, "list", "mlp")


def test_files_of_data_that_are_copied_in_can_be_read(refining: Project, tmp_path: Path) -> None:
    (tmp_path / "pen_digits.jsonl.gz").write_bytes(b"strokes")
    refining.compose("cp", f"{tmp_path}/.", "refine:/app/.data/")
    assert refining.compose("exec", "-T", "refine", "cat", ".data/pen_digits.jsonl.gz") == "strokes"


def test_the_settings_of_the_refinement_reach_its_container(refining: Project) -> None:
    settings = {"REFINE_PEN_DIGITS": ".data/a,.data/b", "REFINE_PEN_LETTERS": ".data/c", "REFINE_TZ": "Asia/Tokyo"}
    program = (
        "import time; from training.refine.options import Options; found = Options(); "
        "print(found.storage_url, *found.pen_digits, found.pen_letters, found.doodles, time.tzname[0])"
    )
    project = refining.with_settings(settings)
    read = project.compose("run", "--rm", "--no-deps", "-T", "refine", "python", "-c", program)
    assert read.split() == ["http://storage:8002", ".data/a", ".data/b", ".data/c", "None", "JST"]


def test_a_stop_is_no_kill_and_a_start_continues(refining: Project) -> None:
    refining.compose("stop", "refine")
    ended = refining.compose("ps", "--all", "--format", "{{.ExitCode}}", "refine")
    assert ended.strip() == "0"
    refining.compose("up", "--detach", "--wait", "refine")


def test_both_files_are_those_of_make_up_refine() -> None:
    printed = subprocess.run(["make", "-n", "up-refine"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert f"-f {FILES[0]} -f {FILES[1]} up " in " ".join(printed.split())
