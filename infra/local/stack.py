"""Starts and stops all parts of Slate on one machine, and tells each part the addresses of the others.

Inference and the frontend start at once. Storage starts after PostgreSQL and the migrations. The frontend stops
first and PostgreSQL last.
"""

import asyncio
import os
import sys
from dataclasses import dataclass

from infra.local.error import LocalError
from infra.local.logs import rotate_logs
from infra.local.postgres import OWNER_ROLE, SERVICE_ROLE, Postgres
from infra.local.process import Command
from infra.local.readiness import make_http_probe
from infra.local.secret_file import load_secret
from infra.local.settings import REPOSITORY, LocalSettings
from infra.local.supervisor import Say, Service, Supervisor
from shared.web.settings import GRACEFUL_S

POSTGRES, BACKEND, FRONTEND = 0, 1, 2  # ranks: the highest rank stops first
SPARE_S = 2.0  # for a service to end after its last answer


@dataclass(frozen=True)
class Programs:
    """The command line of each part. Tests replace them by stand-ins."""

    inference: tuple[str, ...] = (sys.executable, "-m", "services.inference")
    migrate: tuple[str, ...] = (sys.executable, "-m", "services.storage.migrate")
    storage: tuple[str, ...] = (sys.executable, "-m", "services.storage")
    frontend: tuple[str, ...] = (sys.executable, "-m", "services.frontend")
    curator: tuple[str, ...] = (sys.executable, "-m", "services.storage.curator", "--quiet")


class Stack:
    """All parts of Slate over one data folder.

    The caller must hold the locks of the folder and must have checked the ports.
    """

    def __init__(self, settings: LocalSettings, programs: Programs, *, say: Say, lock_fd: int) -> None:
        self._settings = settings
        self._programs = programs
        self._logs = rotate_logs(settings.data_dir / "logs")
        self._say = say
        self._token = load_secret(settings.data_dir, "storage-token")
        self._page_token = load_secret(settings.data_dir, "page-token")
        self._promotion_key = load_secret(settings.data_dir, "promotion-key")
        self._supervisor = Supervisor(say=say, lock_fd=lock_fd)
        self._postgres = Postgres(settings.data_dir, self._logs / "postgres.log", say)

    async def start(self) -> None:
        """Return when every part is ready. LocalError if one cannot start."""
        self._postgres.open_folders()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._start_storage())
                group.create_task(self._supervisor.start(self._make_inference()))
                group.create_task(self._supervisor.start(self._make_frontend()))
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from None

    async def stop(self) -> None:
        """Stop every part. Only the data and the logs remain."""
        await self._supervisor.stop()
        self._postgres.remove_sockets()

    async def _start_storage(self) -> None:
        await self._postgres.prepare(self._supervisor.run)
        await self._supervisor.start(self._postgres.make_service(POSTGRES))
        await self._postgres.create_database()
        as_owner = {"STORAGE_DATABASE_URL": self._postgres.url_of(OWNER_ROLE)}
        await self._supervisor.run(self._make_command("migrate", self._programs.migrate, as_owner))
        if not self._settings.is_loopback:
            await self._make_curator(as_owner)
        environment = {
            "STORAGE_DATABASE_URL": self._postgres.url_of(SERVICE_ROLE),
            "STORAGE_TOKEN": self._token,
            "STORAGE_PAGE_TOKEN": self._page_token,
            "STORAGE_PROMOTION_KEY": self._promotion_key,
            "STORAGE_HOST": self._settings.host,
            "STORAGE_PORT": str(self._settings.storage_port),
        }
        command = self._make_command("storage", self._programs.storage, environment, self._settings.storage_drain_s)
        ready = make_http_probe(self._settings.url(self._settings.storage_port) + "/readyz")
        await self._supervisor.start(Service(command, ready, BACKEND))

    async def _make_curator(self, environment: dict[str, str]) -> None:
        """Make the local curator's password at the first start, and show it. No log keeps it."""
        process = await asyncio.create_subprocess_exec(
            *self._programs.curator,
            cwd=REPOSITORY,
            env={**os.environ, **environment},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
        )
        said, _ = await process.communicate()
        if process.returncode != 0:
            raise LocalError("The password of the local curator could not be made.")
        if line := said.decode().strip():
            self._say(line)

    def _make_inference(self) -> Service:
        environment = {
            "INFERENCE_HOST": self._settings.host,
            "INFERENCE_PORT": str(self._settings.inference_port),
            "INFERENCE_PROMOTION_KEY": self._promotion_key,
            "INFERENCE_CORS_ORIGINS": self._settings.origins,
        }
        ready = make_http_probe(self._settings.url(self._settings.inference_port) + "/readyz")
        drain_s = self._settings.inference_drain_s
        return Service(self._make_command("inference", self._programs.inference, environment, drain_s), ready, BACKEND)

    def _make_frontend(self) -> Service:
        settings = self._settings
        environment = {
            "FRONTEND_INFERENCE_URL": settings.url(settings.inference_port),
            "FRONTEND_STORAGE_URL": settings.url(settings.storage_port),
            # On loopback the person at the keyboard is curator. Elsewhere the page may only ask for visitors' tokens.
            "FRONTEND_STORAGE_TOKEN": self._token if settings.is_loopback else self._page_token,
            "FRONTEND_DATA_DIR": str(settings.data_dir / "outbox"),
            "FRONTEND_HOST": settings.host,
            "FRONTEND_PORT": str(settings.frontend_port),
        }
        ready = make_http_probe(settings.url(settings.frontend_port) + "/readyz")
        command = self._make_command("frontend", self._programs.frontend, environment, settings.frontend_drain_s)
        return Service(command, ready, FRONTEND)

    def _make_command(
        self, name: str, arguments: tuple[str, ...], environment: dict[str, str], drain_s: float = 0
    ) -> Command:
        log, grace_s = self._logs / f"{name}.log", drain_s + GRACEFUL_S + SPARE_S
        return Command(name=name, arguments=arguments, log=log, grace_s=grace_s, environment=environment)
