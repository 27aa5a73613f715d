"""What the images contain and how large they are over the image of Python that they begin with."""

import json
import subprocess
from typing import Any

import pytest

from tests.containers.project import Project

BASE = "python:3.11-slim-bookworm"
MEGABYTE = 1_000_000
MOST_OVER_BASE = {"slate-storage": 350, "slate-frontend": 350, "slate-inference": 450}  # megabytes


def inspect(image: str) -> Any:
    shown = subprocess.run(["docker", "image", "inspect", image], capture_output=True, check=True).stdout
    return json.loads(shown)[0]


@pytest.mark.parametrize("image", MOST_OVER_BASE)
def test_an_image_is_small(containers: Project, image: str) -> None:
    over = (inspect(image)["Size"] - inspect(BASE)["Size"]) / MEGABYTE
    print(f"{image}: {over:.0f} MB over {BASE}")  # noqa: T201
    assert over <= MOST_OVER_BASE[image]


@pytest.mark.parametrize("image", [*MOST_OVER_BASE, "slate-postgres"])
def test_an_image_says_what_it_is(containers: Project, image: str) -> None:
    labels = inspect(image)["Config"]["Labels"]
    for name in ("title", "description", "licenses", "revision"):
        assert f"org.opencontainers.image.{name}" in labels


@pytest.mark.parametrize("service", ["inference", "storage", "frontend"])
def test_an_image_contains_no_installer(containers: Project, service: str) -> None:
    program = "from importlib.util import find_spec; print(find_spec('setuptools'), find_spec('pip'))"
    assert containers.compose("exec", "-T", service, "python", "-c", program).split() == ["None", "None"]


@pytest.mark.parametrize("service", ["inference", "storage", "frontend"])
def test_a_service_cannot_change_its_own_files(containers: Project, service: str) -> None:
    refused = containers.run("exec", "-T", service, "touch", "/app/shared/changed")
    assert "Read-only file system" in refused.stderr


def test_a_page_and_an_api_under_a_path_become_healthy(containers: Project) -> None:
    settings = {"STREAMLIT_SERVER_BASE_URL_PATH": "slate", "INFERENCE_ROOT_PATH": "/slate/inference"}
    project = containers.with_settings(settings)
    project.compose("up", "--detach", "--wait", "--no-deps", "frontend", "inference")
    containers.compose("up", "--detach", "--wait", "--no-deps", "frontend", "inference")
