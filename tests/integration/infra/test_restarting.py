"""A part that dies while the stack runs is restarted on the same port, and the terminal reports it."""

import pytest
from running_stack import StartStack


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
