"""The PostgreSQL of `make up`. Its programs run in its container, and the migrations in theirs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import IO

from infra.backup.server import run_program

COMPOSE = ("docker", "compose")
# The container of the migrations knows the address of `slate`. Only the name of the database differs.
MIGRATE = (
    "url=$(cat /run/secrets/storage_database_url); "
    "STORAGE_DATABASE_URL=${url%/slate}/$0 exec python -m services.storage.migrate"
)


class ContainerServer:
    """The server in the container `postgres`, whose superuser `slate` is also the owner of the tables."""

    async def run(self, program: str, *arguments: str, stdin: IO[bytes] | None = None, stdout: IO[bytes]) -> None:
        """Run a client program in the container."""
        command = (*COMPOSE, "exec", "-T", "postgres", program, "--username=slate", *arguments)
        await run_program(command, {}, stdin, stdout)

    async def migrate(self, database: str, owner: str) -> None:
        """Run the migrations in a container of their own."""
        await run_program((*COMPOSE, "run", "--rm", "--no-deps", "-T", "migrate", "sh", "-c", MIGRATE, database), {})


@asynccontextmanager
async def open_containers() -> AsyncIterator[ContainerServer]:
    """Use the containers, which must run."""
    yield ContainerServer()
