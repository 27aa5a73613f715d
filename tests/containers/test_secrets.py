"""No secret is shown by `docker inspect`, a log, the list of processes, or an image."""

import json
import subprocess

import pytest

from tests.containers.project import SECRETS, Project

SERVICES = ("inference", "storage", "frontend", "postgres", "migrate")


def run_docker(*arguments: str) -> str:
    return subprocess.run(["docker", *arguments], capture_output=True, text=True, check=True).stdout


def find_containers(containers: Project) -> list[str]:
    return containers.compose("ps", "--all", "--quiet").split()


def find_secrets(text: str) -> list[str]:
    """The names of the secrets that are in the text."""
    return [name for name, value in SECRETS.items() if value in text]


def test_docker_shows_no_secret_of_a_container(containers: Project) -> None:
    shown = run_docker("inspect", *find_containers(containers))
    assert len(json.loads(shown)) == len(SERVICES)
    assert find_secrets(shown) == []


def test_no_secret_is_in_a_log(containers: Project) -> None:
    logs = containers.compose("logs", "--no-color")
    assert all(f"{service}-1" in logs for service in SERVICES)
    assert find_secrets(logs) == []


@pytest.mark.parametrize("service", ["inference", "storage", "frontend", "postgres"])
def test_no_secret_is_an_argument_or_a_variable_of_a_process(containers: Project, service: str) -> None:
    script = "cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ | tr '\\0' '\\n'"
    processes = containers.run("exec", "-T", service, "sh", "-c", script).stdout
    assert "PATH=" in processes
    assert find_secrets(processes) == []


@pytest.mark.parametrize("image", ["slate-inference", "slate-storage", "slate-frontend", "slate-postgres"])
def test_no_secret_is_in_the_history_of_an_image(containers: Project, image: str) -> None:
    assert find_secrets(run_docker("history", "--no-trunc", "--format", "{{.CreatedBy}}", image)) == []


def test_a_service_can_read_its_own_secrets_only(containers: Project) -> None:
    found = containers.compose("exec", "-T", "frontend", "ls", "/run/secrets").split()
    assert sorted(found) == ["frontend_inference_api_key", "frontend_storage_token"]
