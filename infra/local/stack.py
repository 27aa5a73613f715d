"""Starts and stops all parts of Slate on one machine, and tells each part the addresses of the others.

Inference and the frontend start at once. Storage starts after PostgreSQL and the migrations. The frontend stops
first and PostgreSQL last.
"""

import asyncio
import sys
from dataclasses import dataclass
from pathlib import Path

from infra.local.postgres import Postgres
from infra.local.process import Command
from infra.local.readiness import make_http_probe
from infra.local.settings import LocalSettings
from infra.local.storage_token import load_storage_token
from infra.local.supervisor import Say, Service, Supervisor

POSTGRES, BACKEND, FRONTEND = 0, 1, 2  # ranks: the highest rank stops first


@dataclass(frozen=True)
class Programs:
    """The command line of each part. Tests replace them by stand-ins."""

    inference: tuple[str, ...] = (sys.executable, "-m", "services.inference")
    migrate: tuple[str, ...] = (sys.executable, "-m", "services.storage.migrate")
    storage: tuple[str, ...] = (sys.executable, "-m", "services.storage")
    frontend: tuple[str, ...] = (sys.executable, "-m", "services.frontend")


class Stack:
    """All parts of Slate over one data folder.

    The caller must hold the locks of the folder and must have checked the ports.
    """

    def __init__(self, settings: LocalSettings, programs: Programs, *, say: Say, lock_fd: int) -> None:
        self._settings = settings
        self._programs = programs
        self._logs = _rotate_logs(settings.data_dir / "logs")
        self._token = load_storage_token(settings.data_dir)
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
        environment = {"STORAGE_DATABASE_URL": self._postgres.url, "STORAGE_TOKEN": self._token}
        await self._supervisor.run(self._make_command("migrate", self._programs.migrate, environment))
        listen = {"STORAGE_HOST": self._settings.host, "STORAGE_PORT": str(self._settings.storage_port)}
        command = self._make_command("storage", self._programs.storage, environment | listen)
        ready = make_http_probe(self._settings.url(self._settings.storage_port) + "/readyz")
        await self._supervisor.start(Service(command, ready, BACKEND))

    def _make_inference(self) -> Service:
        listen = {"INFERENCE_HOST": self._settings.host, "INFERENCE_PORT": str(self._settings.inference_port)}
        ready = make_http_probe(self._settings.url(self._settings.inference_port) + "/readyz")
        return Service(self._make_command("inference", self._programs.inference, listen), ready, BACKEND)

    def _make_frontend(self) -> Service:
        settings = self._settings
        environment = {
            "FRONTEND_INFERENCE_URL": settings.url(settings.inference_port),
            "FRONTEND_STORAGE_URL": settings.url(settings.storage_port),
            "FRONTEND_STORAGE_TOKEN": self._token,
            "FRONTEND_DATA_DIR": str(settings.data_dir / "outbox"),
            "FRONTEND_HOST": settings.host,
            "FRONTEND_PORT": str(settings.frontend_port),
        }
        ready = make_http_probe(settings.url(settings.frontend_port) + "/readyz")
        return Service(self._make_command("frontend", self._programs.frontend, environment), ready, FRONTEND)

    def _make_command(self, name: str, arguments: tuple[str, ...], environment: dict[str, str]) -> Command:
        return Command(name=name, arguments=arguments, log=self._logs / f"{name}.log", environment=environment)


def _rotate_logs(folder: Path) -> Path:
    """Rename the logs of the last run to `<service>.log.1`, so that this run begins with empty logs."""
    folder.mkdir(exist_ok=True)
    for log in folder.glob("*.log"):
        log.replace(log.with_name(log.name + ".1"))
    return folder
