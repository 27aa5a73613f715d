"""The container of PostgreSQL: its first start, its accounts, its stops, and volumes that it must not use."""

import threading
from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest

from tests.containers.project import PASSWORD, SERVICE_PASSWORD, Project
from tests.e2e.stack import wait_until

PREDICTION = {
    "digit": 7,
    "confidence": 1.0,
    "probabilities": [0.0] * 7 + [1.0] + [0.0] * 2,
    "digit_score": 1.0,
    "model": {"name": "cnn", "version": "of-tests"},
    "source": "api",
    "drawing": "iVBORw0KGgo=",  # the signature of PNG, which is all that storage looks at
}


@pytest.fixture(scope="module")
def alone() -> Iterator[Project]:
    """PostgreSQL alone, over a volume on which an earlier first start was interrupted."""
    project = Project("slate-test-postgres")
    try:
        project.compose("build", "postgres")
        run_script(project, 'mkdir "$PGDATA.new" && echo 18 >"$PGDATA.new/PG_VERSION"')
        project.compose("up", "--detach", "--wait", "postgres")
        yield project
    finally:
        project.remove()


def run_script(project: Project, script: str) -> str:
    """Run a shell script in a container of its own over the volume."""
    return project.compose("run", "--rm", "-T", "postgres", "sh", "-euc", script)


def read_state(project: Project) -> str:
    """The state that the stopped server left in its control file."""
    return run_script(project, "pg_controldata | grep 'cluster state'").split(":")[1].strip()


def test_an_interrupted_first_start_leaves_nothing_behind(alone: Project) -> None:
    query = "SELECT datlocprovider, datlocale, pg_encoding_to_char(encoding) FROM pg_database WHERE datname = 'slate'"
    found = alone.compose("exec", "-T", "postgres", "psql", "-U", "slate", "-d", "slate", "-Atc", query)
    assert found.strip() == "b|C.UTF-8|UTF8"
    assert "data.new" not in run_script(alone, 'ls "$(dirname "$PGDATA")"')


@pytest.mark.parametrize(("password", "code"), [(PASSWORD, 0), ("another", 2)])
def test_a_connection_over_tcp_needs_the_password(alone: Project, password: str, code: int) -> None:
    command = ("psql", "-h", "127.0.0.1", "-c", "SELECT 1")
    asked = alone.run("exec", "-T", "--env", f"PGPASSWORD={password}", "postgres", *command)
    assert asked.returncode == code


def test_the_role_of_storage_needs_its_own_password_and_creates_no_table(alone: Project) -> None:
    command = ("psql", "-h", "127.0.0.1", "-U", "slate_service", "-d", "slate", "-c")
    as_service = ("exec", "-T", "--env", f"PGPASSWORD={SERVICE_PASSWORD}", "postgres", *command)
    assert alone.run(*as_service, "SELECT 1").returncode == 0
    assert "permission denied" in alone.run(*as_service, "CREATE TABLE more (a int)").stderr
    with_other = ("exec", "-T", "--env", f"PGPASSWORD={PASSWORD}", "postgres", *command)
    assert alone.run(*with_other, "SELECT 1").returncode == 2


def test_a_second_container_does_not_touch_the_volume(alone: Project) -> None:
    second = alone.run("run", "--rm", "-T", "postgres")
    assert second.returncode == 1
    assert "Another container runs PostgreSQL on this volume." in second.stderr
    alone.compose("exec", "-T", "postgres", "pg_isready", "-h", "127.0.0.1")


def test_a_volume_of_another_account_is_refused_with_a_reason(alone: Project) -> None:
    refused = alone.run("run", "--rm", "-T", "--user", "999", "postgres")  # the account of the official image
    assert refused.returncode == 1
    assert "docs/operating.md says how to move its data" in refused.stderr


def test_a_stop_is_a_clean_shutdown(alone: Project) -> None:
    alone.compose("stop", "postgres")
    assert read_state(alone) == "shut down"
    alone.compose("up", "--detach", "--wait", "postgres")


def test_files_of_an_older_version_are_refused_with_a_reason(alone: Project) -> None:
    alone.compose("stop", "postgres")
    run_script(alone, 'echo 17 >"$PGDATA/PG_VERSION"')
    refused = alone.run("run", "--rm", "-T", "postgres")
    run_script(alone, 'echo 18 >"$PGDATA/PG_VERSION"')
    assert refused.returncode == 1
    assert "initialized by PostgreSQL version 17, which is not compatible with this version 18" in refused.stderr
    alone.compose("up", "--detach", "--wait", "postgres")


class Writer(threading.Thread):
    """Stores predictions one after another until one fails. `stored` holds those that storage acknowledged."""

    def __init__(self, storage: httpx.Client) -> None:
        super().__init__()
        self._storage = storage
        self.stored: list[str] = []

    def run(self) -> None:
        while True:
            prediction = str(uuid4())
            if self._storage.put(f"/v1/predictions/{prediction}", json=PREDICTION).status_code != 201:
                return
            self.stored.append(prediction)


def test_a_killed_postgresql_keeps_every_acknowledged_prediction(containers: Project) -> None:
    with containers.storage() as storage:
        writer = Writer(storage)
        writer.start()
        wait_until(lambda: len(writer.stored) >= 100, "100 predictions stored")
        containers.compose("kill", "--signal", "KILL", "postgres")
        writer.join()
        containers.compose("up", "--detach", "--wait")
        lost = [one for one in writer.stored if not storage.get(f"/v1/predictions/{one}").is_success]
    assert lost == []
    assert "automatic recovery in progress" in containers.compose("logs", "--no-log-prefix", "postgres")
