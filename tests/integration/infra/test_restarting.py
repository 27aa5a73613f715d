"""A part that dies while the stack runs is restarted on the same port, and the terminal reports it."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest
from running_stack import StartStack

from infra.local.process import Command
from infra.local.supervisor import Service, Supervisor


@pytest.mark.parametrize("service", ["inference", "storage", "frontend"])
def test_a_killed_service_is_restarted(start_stack: StartStack, service: str) -> None:
    stack = start_stack()
    stack.wait_until_ready()
    first = stack.answer(service)
    stack.service(f"{service.upper()}_PORT").kill()
    assert stack.wait_for("died").startswith(f"{service} died (exit code 137) and is restarted.")
    stack.wait_for(f"{service} is ready again")
    assert stack.answer(service) != first
    assert stack.stop() == 0
    assert stack.processes() == []


def test_a_killed_tether_ends_its_service_and_both_are_restarted(start_stack: StartStack) -> None:
    stack = start_stack()
    stack.wait_until_ready()
    service = stack.service("INFERENCE_PORT")
    tether = service.parent()
    assert tether is not None
    tether.kill()
    stack.wait_for("inference is ready again")
    assert service not in stack.processes()
    assert stack.stop() == 0
    assert stack.processes() == []


def test_a_killed_postgres_is_restarted(start_stack: StartStack) -> None:
    stack = start_stack()
    stack.wait_until_ready()
    killed = stack.postmaster()
    killed.kill()
    stack.wait_for("postgres is ready again")
    assert stack.postmaster().pid != killed.pid
    assert stack.stop() == 0
    assert stack.processes() == []


async def test_a_service_is_restarted_once_its_log_can_be_written_again(tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    logs.mkdir()
    said: asyncio.Queue[str] = asyncio.Queue()
    code = "import os, time; print(os.getpid(), flush=True); time.sleep(600)"
    command = Command("one", (sys.executable, "-c", code), logs / "one.log", grace_s=60)

    async def is_ready() -> bool:
        return command.log.read_text() != ""

    with (tmp_path / "lock").open("ab") as lock:
        supervisor = Supervisor(say=said.put_nowait, lock_fd=lock.fileno())
        await supervisor.start(Service(command, is_ready, rank=0))
        pid = int(command.log.read_text())
        logs.rename(tmp_path / "away")
        os.kill(pid, signal.SIGKILL)
        assert await said.get() == "one died (exit code 137) and is restarted."
        assert "Trying again" in await said.get()
        (tmp_path / "away").rename(logs)
        while await said.get() != "one is ready again":
            pass
        await supervisor.stop()
