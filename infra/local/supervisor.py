"""Keeps services running: starts each, waits until it is ready, starts it again when it dies, stops all in reverse."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from infra.local.failure import LocalError, with_log_tail
from infra.local.process import Command, TetheredProcess, start_process
from infra.local.readiness import Probe, wait_until

Say = Callable[[str], None]


@dataclass(frozen=True)
class Service:
    """A command that is meant to run until it is stopped. `rank` orders the stop: the highest goes first."""

    command: Command
    is_ready: Probe
    rank: int
    ready_timeout_s: float = 90.0


@dataclass(frozen=True)
class Backoff:
    """The pause before a restart: doubled after each that failed, forgotten once a service stayed for `steady_s`."""

    first_s: float = 0.5
    longest_s: float = 30.0
    steady_s: float = 60.0


class Supervisor:
    """All services of one stack. A first start that fails is raised; a later death is mended and said."""

    def __init__(self, *, say: Say, lock_fd: int, backoff: Backoff | None = None) -> None:
        self._say = say
        self._lock_fd = lock_fd
        self._backoff = backoff or Backoff()
        self._running: dict[str, tuple[int, TetheredProcess]] = {}  # by name: rank, process
        self._spawning: set[asyncio.Task[TetheredProcess]] = set()
        self._keepers: list[asyncio.Task[None]] = []

    async def start(self, service: Service) -> None:
        """Returns once the service is ready; from then on it is kept running. LocalError if it never was."""
        process = await self._launch(service)
        self._keepers.append(asyncio.create_task(self._keep(service, process)))

    async def run(self, command: Command) -> None:
        """Runs a command that ends by itself; LocalError if it fails."""
        process = await self._spawn(command, rank=0)
        code = await process.wait()
        self._running.pop(command.name, None)
        if code != 0:
            raise LocalError(with_log_tail(f"{command.name} failed with exit code {code}.", command.log))

    async def stop(self) -> None:
        """Stops every process, the highest rank first; equal ranks together."""
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, *self._spawning, return_exceptions=True)
        ranks = {rank for rank, _ in self._running.values()}
        for current in sorted(ranks, reverse=True):
            await asyncio.gather(*(process.stop() for rank, process in self._running.values() if rank == current))
        self._running.clear()

    async def _spawn(self, command: Command, rank: int) -> TetheredProcess:
        """Shielded: a spawn cut in half by a cancellation would leave a process that nobody stops."""
        spawning = asyncio.create_task(start_process(command, self._lock_fd))
        self._spawning.add(spawning)
        spawning.add_done_callback(lambda done: self._register(command, rank, done))
        return await asyncio.shield(spawning)

    def _register(self, command: Command, rank: int, spawning: asyncio.Task[TetheredProcess]) -> None:
        self._spawning.discard(spawning)
        if spawning.exception() is None:
            self._running[command.name] = (rank, spawning.result())

    async def _launch(self, service: Service) -> TetheredProcess:
        process = await self._spawn(service.command, service.rank)
        ended = asyncio.create_task(process.wait())
        ready = asyncio.create_task(wait_until(service.is_ready))
        try:
            await asyncio.wait({ended, ready}, timeout=service.ready_timeout_s, return_when=asyncio.FIRST_COMPLETED)
            if ended.done():
                raise self._failure(service, f"ended with exit code {ended.result()} before it was ready.")
            if not ready.done():
                await process.stop()
                raise self._failure(service, f"was not ready after {service.ready_timeout_s:g} s.")
        finally:
            ended.cancel()
            ready.cancel()
        return process

    def _failure(self, service: Service, what: str) -> LocalError:
        return LocalError(with_log_tail(f"{service.command.name} {what}", service.command.log))

    async def _keep(self, service: Service, process: TetheredProcess) -> None:
        """Until cancelled: waits for the process to end, says so, and starts another."""
        clock = asyncio.get_running_loop().time
        pause_s = self._backoff.first_s
        while True:
            started = clock()
            code = await process.wait()
            if clock() - started > self._backoff.steady_s:
                pause_s = self._backoff.first_s
            sentence = f"{service.command.name} died (exit code {code}) and is started again."
            self._say(with_log_tail(sentence, service.command.log))
            process, pause_s = await self._relaunch(service, pause_s)
            self._say(f"{service.command.name} is ready again")

    async def _relaunch(self, service: Service, pause_s: float) -> tuple[TetheredProcess, float]:
        """→ the process that is ready, and the pause that the next death must wait."""
        while True:
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, self._backoff.longest_s)
            try:
                return await self._launch(service), pause_s
            except LocalError as failure:
                self._say(f"{failure}\nTrying again in {pause_s:g} s.")
