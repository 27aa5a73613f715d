"""A compose project with its own name, volume and ports, and HTTP access to its services."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from copy import copy
from pathlib import Path
from tempfile import mkdtemp

import httpx

from infra.secret_files import write_secrets
from tests.e2e.stack import TOKEN, free_port

ROOT = Path(__file__).parents[2]
PASSWORD = "a-password-for-tests"
SERVICE_PASSWORD = "another-password-for-tests"
PAGE_TOKEN = "the-token-of-the-page-for-tests"
SECRETS = {
    "POSTGRES_PASSWORD": PASSWORD,
    "POSTGRES_SERVICE_PASSWORD": SERVICE_PASSWORD,
    "STORAGE_TOKEN": TOKEN,
    "STORAGE_PAGE_TOKEN": PAGE_TOKEN,
    "STORAGE_PROMOTION_KEY": "a-key-for-tests-that-is-long-enough",
    "INFERENCE_OPENAI_API_KEY": "a-key-of-a-provider-for-tests",
    "FRONTEND_INFERENCE_API_KEY": "a-key-of-the-page-for-tests",
}
TIMEOUT_S = 1200  # the first build downloads the packages


class Project:
    """`docker compose` with settings for tests. `.env` of the checkout does not change what the tests need."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._secrets = Path(mkdtemp(prefix=f"{name}-"))
        write_secrets(self._secrets, SECRETS)
        self.ports = {service: free_port() for service in ("inference", "storage", "frontend")}
        self._environment = {
            **os.environ,
            "COMPOSE_PROJECT_NAME": name,
            "SLATE_SECRETS_DIR": str(self._secrets),
            "INFERENCE_OPENAI_MODELS": "a-model",  # a key without models is refused
            **{f"{service.upper()}_PORT": str(port) for service, port in self.ports.items()},
        }

    def with_settings(self, settings: dict[str, str]) -> "Project":
        """The same project with more settings, as if they were in `.env`."""
        other = copy(self)
        other._environment = self._environment | settings
        return other

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `docker compose` and return what it printed, also if it fails."""
        return self._run(["docker", "compose", *arguments])

    def run_program(self, *command: str) -> None:
        """Run a program that itself calls `docker compose` for this project. It must succeed."""
        ran = self._run(command)
        assert ran.returncode == 0, ran.stderr[-4000:]

    def _run(self, command: Sequence[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=ROOT,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
        )

    def compose(self, *arguments: str) -> str:
        """Run `docker compose`, which must succeed."""
        ran = self.run(*arguments)
        assert ran.returncode == 0, ran.stderr[-4000:]
        return ran.stdout

    def remove(self) -> None:
        self.compose("down", "--volumes")
        shutil.rmtree(self._secrets)

    def url(self, service: str) -> str:
        return f"http://127.0.0.1:{self.ports[service]}"

    def find_address(self, service: str) -> str:
        """The address of a copy of a service in the network of the containers."""
        first = self.compose("ps", "--quiet", service).split()[0]
        form = "{{(index .NetworkSettings.Networks " + f'"{self.name}_default"' + ").IPAddress}}"
        return self._run(["docker", "inspect", "--format", form, first]).stdout.strip()

    def storage(self) -> httpx.Client:
        return httpx.Client(base_url=self.url("storage"), headers={"Authorization": f"Bearer {TOKEN}"}, timeout=10)
