"""Starts services, waits until they are ready, restarts one that dies, and stops all of them in order.

`Stack` decides what runs; this module keeps it running. A first start that fails raises an error. A service that dies
later is restarted.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from infra.local.error import LocalError, add_log_tail
from infra.local.process import Command, TetheredProcess, start_process
from infra.local.readiness import Probe, wait_until

Say = Callable[[str], None]

READY_TIMEOUT_S = 90.0
FIRST_PAUSE_S = 0.5  # before a restart; it doubles with each restart
LONGEST_PAUSE_S = 30.0
STEADY_S = 60.0  # a service that ran longer than this starts again with the first pause


@dataclass(frozen=True)
class Service:
    """A command that runs until it is stopped. The services with the highest `rank` are stopped first."""

    command: Command
    is_ready: Probe
    rank: int


class Supervisor:
    """Runs all services of one stack.

    A first start that fails raises an error. A service that dies later is restarted, and `say` reports it.
    """

    def __init__(self, *, say: Say, lock_fd: int) -> None:
        self._say = say
        self._lock_fd = lock_fd
        self._running: dict[str, tuple[int, TetheredProcess]] = {}  # by name: rank, process
        self._spawning: set[asyncio.Task[TetheredProcess]] = set()
        self._keepers: list[asyncio.Task[None]] = []

    async def start(self, service: Service) -> None:
        """Start a service and keep it running. Return when it is ready. LocalError if it does not become ready."""
        process = await self._launch(service)
        self._keepers.append(asyncio.create_task(self._keep(service, process)))

    async def run(self, command: Command) -> None:
        """Run a command until it ends. LocalError if it fails."""
        process = await self._spawn(command, rank=0)
        code = await process.wait()
        self._running.pop(command.name, None)
        if code != 0:
            raise LocalError(add_log_tail(f"{command.name} failed with exit code {code}.", command.log))

    async def stop(self) -> None:
        """Stop every process, the highest rank first, and processes of the same rank at the same time."""
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, *self._spawning, return_exceptions=True)
        ranks = {rank for rank, _ in self._running.values()}
        for current in sorted(ranks, reverse=True):
            await asyncio.gather(*(process.stop() for rank, process in self._running.values() if rank == current))
        self._running.clear()

    async def _spawn(self, command: Command, rank: int) -> TetheredProcess:
        """Start a process. A cancellation does not interrupt this, or it could leave a process that nobody stops."""
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
            await asyncio.wait({ended, ready}, timeout=READY_TIMEOUT_S, return_when=asyncio.FIRST_COMPLETED)
            if ended.done():
                raise self._make_error(service, f"ended with exit code {ended.result()} before it was ready.")
            if not ready.done():
                await process.stop()
                raise self._make_error(service, f"was not ready after {READY_TIMEOUT_S:g} s.")
        finally:
            ended.cancel()
            ready.cancel()
        return process

    def _make_error(self, service: Service, what: str) -> LocalError:
        return LocalError(add_log_tail(f"{service.command.name} {what}", service.command.log))

    async def _keep(self, service: Service, process: TetheredProcess) -> None:
        """Wait until the process ends, report it and start it again. This repeats until it is cancelled."""
        clock = asyncio.get_running_loop().time
        pause_s = FIRST_PAUSE_S
        while True:
            started = clock()
            code = await process.wait()
            if clock() - started > STEADY_S:
                pause_s = FIRST_PAUSE_S
            sentence = f"{service.command.name} died (exit code {code}) and is restarted."
            self._say(add_log_tail(sentence, service.command.log))
            process, pause_s = await self._relaunch(service, pause_s)
            self._say(f"{service.command.name} is ready again")

    async def _relaunch(self, service: Service, pause_s: float) -> tuple[TetheredProcess, float]:
        """Start the service again → the ready process, and the pause before the next restart."""
        while True:
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
            try:
                return await self._launch(service), pause_s
            except (LocalError, OSError) as error:  # OSError: no memory for a process, no room or file for its log
                self._say(f"{error}\nTrying again in {pause_s:g} s.")
