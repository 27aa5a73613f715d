"""However a run of the local stack ends, it leaves no process behind, and the next run works at once."""

import os
import signal
import subprocess
from pathlib import Path

import psutil
import pytest
from running_stack import PORTS, StartStack

from shared.web.settings import GRACEFUL_S


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_everything_with_exit_code_0(start_stack: StartStack, number: signal.Signals) -> None:
    stack = start_stack()
    stack.wait_until_ready()
    assert stack.stop(number) == 0
    assert stack.processes() == []
    assert not (stack.data_dir / "postgres" / "postmaster.pid").exists()
    assert "database system is shut down" in (stack.data_dir / "logs" / "postgres.log").read_text()


def test_three_addresses_are_printed_before_ready(start_stack: StartStack) -> None:
    stack = start_stack()
    stack.wait_until_ready()
    addresses = dict(line.split() for line in stack.said if line.startswith("  "))
    assert addresses == {name: f"http://127.0.0.1:{port}" for name, port in stack.ports.items()}


def test_the_page_may_be_under_a_path(start_stack: StartStack) -> None:
    stack = start_stack(STREAMLIT_SERVER_BASE_URL_PATH="/slate/")
    stack.wait_until_ready()
    assert f"  frontend   http://127.0.0.1:{stack.ports['frontend']}/slate" in stack.said
    assert stack.stop() == 0


def test_each_service_has_time_to_drain_and_to_answer_what_it_has(start_stack: StartStack) -> None:
    drains = {"inference": 0, "storage": 2.5, "frontend": 5}
    stack = start_stack(STORAGE_DRAIN_S="2.5", FRONTEND_DRAIN_S="5")
    stack.wait_until_ready()
    tethers = [process.cmdline() for process in stack.processes("tether.py")]
    for service, drain_s in drains.items():
        (grace_s,) = [float(line[4]) for line in tethers if PORTS[service] in line]
        assert grace_s > drain_s + GRACEFUL_S
    assert stack.stop() == 0


def test_ctrl_c_stops_a_stack_that_a_script_started_in_the_background(start_stack: StartStack) -> None:
    ignored = signal.signal(signal.SIGINT, signal.SIG_IGN)  # as a shell without a terminal does for `command &`
    try:
        stack = start_stack()
    finally:
        signal.signal(signal.SIGINT, ignored)
    stack.wait_until_ready()
    assert stack.stop(signal.SIGINT) == 0
    assert stack.processes() == []


def test_the_parts_are_not_in_the_session_of_the_terminal(start_stack: StartStack) -> None:
    stack = start_stack()
    stack.wait_until_ready()
    children = [process.pid for process in stack.processes() if process.pid != stack.process.pid]
    assert len(children) >= 8  # four tethers, four parts
    assert os.getsid(stack.process.pid) not in {os.getsid(pid) for pid in children}


MOMENTS = [".", "postgres.new", "postgres/postmaster.pid", "logs/migrate.log", "logs/storage.log"]


@pytest.mark.parametrize("moment", MOMENTS)
def test_ctrl_c_during_the_first_start_leaves_no_process(start_stack: StartStack, moment: str) -> None:
    stack = start_stack("frontend=silent")
    stack.wait_for("starting Slate")
    stack.wait_for_file(stack.data_dir / moment)
    assert stack.stop() == 0
    assert stack.processes() == []


def test_the_next_run_completes_an_interrupted_first_start(start_stack: StartStack) -> None:
    stack = start_stack()
    stack.wait_for("starting Slate")
    stack.wait_for_file(stack.data_dir / "postgres.new" / "PG_VERSION")
    stack.process.kill()
    stack.finish()
    following = start_stack()
    following.wait_until_ready()
    assert following.stop() == 0


def test_a_killed_supervisor_leaves_no_orphan_and_the_next_run_works_at_once(start_stack: StartStack) -> None:
    stack = start_stack()
    stack.wait_until_ready()
    stack.process.kill()
    following = start_stack(INFERENCE_PORT=str(stack.ports["inference"]))
    following.wait_until_ready()
    assert stack.processes() == []
    stack.finish()


def test_an_orphaned_postgres_is_stopped_by_the_next_run(start_stack: StartStack) -> None:
    stack = start_stack()
    stack.wait_until_ready()
    orphan = stack.postmaster()
    others = [process for process in stack.processes() if process.name() != "postgres"]
    for number in (signal.SIGSTOP, signal.SIGKILL):  # SIGSTOP first, so that no process reacts to the end of another
        for process in others:
            process.send_signal(number)
    stack.finish()
    assert orphan.status() != psutil.STATUS_ZOMBIE
    following = start_stack()
    following.wait_until_ready()
    assert stack.processes() == []
    assert "waiting until the processes of an earlier run have ended" in following.said


def test_a_stale_pid_file_that_names_an_unrelated_process_does_no_harm(start_stack: StartStack) -> None:
    stack = start_stack()
    stack.wait_until_ready()
    pid_file = stack.data_dir / "postgres" / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    assert stack.stop() == 0
    owner = (stack.data_dir / "postgres").stat()
    as_owner = {"user": owner.st_uid, "group": owner.st_gid} if os.geteuid() == 0 else {}
    with subprocess.Popen(["sleep", "600"], **as_owner) as unrelated:
        pid_file.write_text("\n".join([str(unrelated.pid), *lines[1:]]) + "\n")
        following = start_stack()
        following.wait_until_ready()
        assert unrelated.poll() is None
        unrelated.kill()


def test_the_next_run_uses_the_same_data(start_stack: StartStack, tmp_path: Path) -> None:
    first = start_stack()
    first.wait_until_ready()
    token = (tmp_path / "data" / "storage-token").read_text()
    made = (tmp_path / "data" / "postgres" / "PG_VERSION").stat().st_ino
    assert first.stop() == 0
    second = start_stack()
    second.wait_until_ready()
    assert (tmp_path / "data" / "storage-token").read_text() == token
    assert (tmp_path / "data" / "storage-token").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "data" / "postgres" / "PG_VERSION").stat().st_ino == made
