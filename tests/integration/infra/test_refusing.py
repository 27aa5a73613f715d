"""A run that cannot start says why in one sentence, exits with code 1, and leaves no process behind."""

import socket

import pytest
from running_stack import PORTS, StartStack

from tests.e2e.stack import free_ports


@pytest.mark.parametrize("service", PORTS)
def test_a_port_in_use_is_named_with_its_service_and_variable(start_stack: StartStack, service: str) -> None:
    with socket.create_server(("127.0.0.1", free_ports(1)[0])) as taken:
        port = taken.getsockname()[1]
        stack = start_stack(**{PORTS[service]: str(port)})
        assert stack.finish() == 1
    assert stack.said == [f"Port {port} of {service} is in use. Set {PORTS[service]} to another port."]
    assert stack.processes() == []


def test_the_same_port_for_two_services_is_refused(start_stack: StartStack) -> None:
    port = str(free_ports(1)[0])
    stack = start_stack(INFERENCE_PORT=port, STORAGE_PORT=port)
    assert stack.finish() == 1
    assert stack.said == [f"Port {port} is set for both inference and storage. Set STORAGE_PORT to another port."]


def test_a_port_that_is_not_a_number_is_refused(start_stack: StartStack) -> None:
    stack = start_stack(STORAGE_PORT="many")
    assert stack.finish() == 1
    assert len(stack.said) == 1
    assert stack.said[0].startswith("STORAGE_PORT='many' cannot be used: ")


def test_an_address_of_another_machine_is_refused(start_stack: StartStack) -> None:
    stack = start_stack(SLATE_HOST="192.0.2.1")
    assert stack.finish() == 1
    assert stack.said == ["SLATE_HOST='192.0.2.1' is not an address of this machine."]


def test_a_second_run_on_the_same_data_is_refused_and_does_not_disturb_the_first(start_stack: StartStack) -> None:
    first = start_stack()
    first.wait_until_ready()
    before = {process.pid for process in first.processes()}
    second = start_stack()
    assert second.finish() == 1
    assert len(second.said) == 1
    assert second.said[0].startswith(f"Slate already runs on {first.data_dir}")
    assert {process.pid for process in first.processes()} >= before - {first.process.pid}
    assert first.answer("inference") == str(first.service("INFERENCE_PORT").pid)
    assert first.stop() == 0


@pytest.mark.parametrize("service", PORTS)
def test_a_service_that_dies_at_the_start_is_named_with_the_end_of_its_log(
    start_stack: StartStack, service: str
) -> None:
    stack = start_stack(f"{service}=dead")
    assert stack.finish() == 1
    log = stack.data_dir / "logs" / f"{service}.log"
    assert stack.said[-2] == f"{service} ended with exit code 1 before it was ready. The last lines of {log}:"
    assert stack.said[-1].startswith("    no ")
    assert stack.processes() == []
