"""What stands in the way of a run is said in one sentence, with exit code 1, and nothing is left running."""

import socket

import pytest
from running_stack import PORTS, StartStack, free_port


@pytest.mark.parametrize("service", PORTS)
def test_a_taken_port_is_named_with_its_service_and_variable(start_stack: StartStack, service: str) -> None:
    with socket.create_server(("127.0.0.1", free_port())) as taken:
        port = taken.getsockname()[1]
        stack = start_stack(**{PORTS[service]: str(port)})
        assert stack.finish() == 1
    assert stack.said == [f"Port {port}, wanted by {service}, is taken; set {PORTS[service]} to another."]
    assert stack.processes() == []


def test_one_port_for_two_services_is_refused(start_stack: StartStack) -> None:
    port = str(free_port())
    stack = start_stack(INFERENCE_PORT=port, STORAGE_PORT=port)
    assert stack.finish() == 1
    assert stack.said == [f"Port {port} is wanted by inference and storage both; set STORAGE_PORT to another."]


def test_a_port_that_is_no_number_is_refused(start_stack: StartStack) -> None:
    stack = start_stack(STORAGE_PORT="many")
    assert stack.finish() == 1
    assert len(stack.said) == 1
    assert stack.said[0].startswith("STORAGE_PORT='many' can't be used: ")


def test_an_address_of_another_machine_is_refused(start_stack: StartStack) -> None:
    stack = start_stack(SLATE_HOST="192.0.2.1")
    assert stack.finish() == 1
    assert stack.said == ["SLATE_HOST='192.0.2.1' is no address of this machine."]


def test_a_second_run_on_the_same_data_is_refused_and_the_first_undisturbed(start_stack: StartStack) -> None:
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
def test_a_service_that_dies_at_the_start_is_named_with_its_last_words(start_stack: StartStack, service: str) -> None:
    stack = start_stack(f"{service}=dead")
    assert stack.finish() == 1
    log = stack.data_dir / "logs" / f"{service}.log"
    assert stack.said[-2] == f"{service} ended with exit code 1 before it was ready. The last lines of {log}:"
    assert stack.said[-1].startswith("    no ")
    assert stack.processes() == []
