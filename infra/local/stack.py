"""The parts of Slate on one machine, what each is told about the others, and the order in which they start and stop.

Inference and the frontend start at once; storage waits for PostgreSQL and its migrations. They stop in reverse.
"""

import asyncio
import sys
from dataclasses import dataclass
from pathlib import Path

from infra.local.postgres import Postgres
from infra.local.process import Command
from infra.local.readiness import answers_ok
from infra.local.settings import LocalSettings
from infra.local.storage_token import keep_storage_token
from infra.local.supervisor import Say, Service, Supervisor

POSTGRES, BACKEND, FRONTEND = 0, 1, 2  # ranks: the highest is stopped first


@dataclass(frozen=True)
class Programs:
    """What is run for each part."""

    inference: tuple[str, ...] = (sys.executable, "-m", "services.inference")
    migrate: tuple[str, ...] = (sys.executable, "-m", "services.storage.migrate")
    storage: tuple[str, ...] = (sys.executable, "-m", "services.storage")
    frontend: tuple[str, ...] = (sys.executable, "-m", "streamlit", "run", "services/frontend/app.py")


class Stack:
    """All parts over one data folder. Whoever builds it holds the folder's locks and has checked the ports."""

    def __init__(self, settings: LocalSettings, programs: Programs, *, say: Say, lock_fd: int) -> None:
        self._settings = settings
        self._programs = programs
        self._say = say
        self._logs = _renew_logs(settings.data_dir / "logs")
        self._token = settings.storage_token or keep_storage_token(settings.data_dir)
        self._supervisor = Supervisor(say=say, lock_fd=lock_fd)
        self._postgres = Postgres(settings.data_dir, self._logs / "postgres.log")

    async def start(self) -> None:
        """Returns once every part is ready; LocalError for the first that could not be."""
        for folder in self._postgres.open_way():
            self._say(f"opened {folder} for passing through: PostgreSQL runs under an account of its own")
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._start_storage())
                group.create_task(self._supervisor.start(self._inference()))
                group.create_task(self._supervisor.start(self._frontend()))
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from None

    async def stop(self) -> None:
        """Stops every part and leaves nothing behind but the data and the logs."""
        await self._supervisor.stop()
        self._postgres.forget_sockets()

    async def _start_storage(self) -> None:
        await self._postgres.prepare(self._supervisor.run)
        await self._supervisor.start(self._postgres.service(POSTGRES))
        await self._postgres.create_database()
        environment = {"STORAGE_DATABASE_URL": self._postgres.url, "STORAGE_TOKEN": self._token}
        await self._supervisor.run(self._command("migrate", self._programs.migrate, environment))
        listen = {"STORAGE_HOST": self._settings.host, "STORAGE_PORT": str(self._settings.storage_port)}
        command = self._command("storage", self._programs.storage, environment | listen)
        ready = answers_ok(self._settings.address(self._settings.storage_port) + "/readyz")
        await self._supervisor.start(Service(command, ready, BACKEND))

    def _inference(self) -> Service:
        listen = {"INFERENCE_HOST": self._settings.host, "INFERENCE_PORT": str(self._settings.inference_port)}
        ready = answers_ok(self._settings.address(self._settings.inference_port) + "/readyz")
        return Service(self._command("inference", self._programs.inference, listen), ready, BACKEND)

    def _frontend(self) -> Service:
        settings = self._settings
        environment = {
            "FRONTEND_INFERENCE_URL": settings.address(settings.inference_port),
            "FRONTEND_STORAGE_URL": settings.address(settings.storage_port),
            "FRONTEND_STORAGE_TOKEN": self._token,
            "STREAMLIT_SERVER_ADDRESS": settings.host,
            "STREAMLIT_SERVER_PORT": str(settings.frontend_port),
            "STREAMLIT_BROWSER_SERVER_ADDRESS": "localhost",  # or it asks a server outside for its own address
            "STREAMLIT_SERVER_HEADLESS": "true",  # opens no browser, asks for no e-mail address
            "STREAMLIT_BROWSER_GATHER_USAGE_STATS": "false",
        }
        ready = answers_ok(settings.address(settings.frontend_port) + "/_stcore/health")
        return Service(self._command("frontend", self._programs.frontend, environment), ready, FRONTEND)

    def _command(self, name: str, arguments: tuple[str, ...], environment: dict[str, str]) -> Command:
        return Command(name=name, arguments=arguments, log=self._logs / f"{name}.log", environment=environment)


def _renew_logs(folder: Path) -> Path:
    """The logs of the last run become `<service>.log.1`; this run's begin empty."""
    folder.mkdir(exist_ok=True)
    for log in folder.glob("*.log"):
        log.replace(log.with_name(log.name + ".1"))
    return folder
