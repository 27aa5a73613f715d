"""The health check of a container asks a real service."""

import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from shared.web.settings import ApiServerSettings
from tests.e2e.stack import free_port
from tests.integration.web.server import make_app, serving

CHECK = [sys.executable, "-IS", str(Path(__file__).parents[3] / "shared" / "is_ready.py")]


@pytest.mark.parametrize("root_path", ["", "/slate/api"])
def test_a_service_that_is_ready_is_healthy_under_any_path(root_path: str) -> None:
    settings = ApiServerSettings(root_path=root_path, allowed_hosts=("slate.example",))
    with serving(make_app(settings), settings) as url:
        assert subprocess.run([*CHECK, str(urlsplit(url).port)]).returncode == 0


def test_a_port_without_a_service_is_not_healthy() -> None:
    assert subprocess.run([*CHECK, str(free_port())], capture_output=True).returncode == 1
