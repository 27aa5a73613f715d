"""`make test-fresh-clone`: how long it takes from a fresh clone to a served page, as a Markdown table.

It clones what is committed here into a folder whose path has a space, and runs `make run` there with an empty home and
no settings but those of pip, Docker and the network: first as the account that runs this, then as an ordinary account
while the first Slate still runs. `--containers` runs `make up` and `make down` instead. In the end everything that was
started is stopped and removed, also after Ctrl-C. Only the standard library is used, so nothing has to be installed.
"""

import argparse
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.request import ProxyHandler, build_opener

from infra.local.account import Account
from tests.fresh_clone.accounts import ACCOUNT_NAME, PYTHON, ordinary_account

CHECKOUT = Path(__file__).parents[2]
SERVICES = ("inference", "storage", "frontend")
PASSED_ON = re.compile(r"PATH|LANG|LC_ALL|TZ|PIP_.*|DOCKER_.*|SSL_CERT_.*|REQUESTS_CA_BUNDLE|(?i:.*_proxy)")
PIP_SETTINGS = (".config/pip/pip.conf", ".pip/pip.conf")  # in the home; pip finds those in /etc by itself
STOP_S = 120  # longer than the grace periods of all parts together


def make_environment(folder: Path, account: Account | None) -> dict[str, str]:
    """The environment of a person who just came: an empty home, free ports, and pip's settings of this account."""
    environment = {name: value for name, value in os.environ.items() if PASSED_ON.fullmatch(name)}
    environment |= {"HOME": str(folder / "home"), "PYTHON": str(PYTHON), "COMPOSE_PROJECT_NAME": ACCOUNT_NAME}
    if account is None:  # caches belong to one account
        environment.setdefault("PIP_CACHE_DIR", str(Path.home() / ".cache" / "pip"))
        environment.setdefault("DOCKER_CONFIG", str(Path.home() / ".docker"))
    kept = next((file for name in PIP_SETTINGS if (file := Path.home() / name).exists()), None)
    if kept and "PIP_CONFIG_FILE" not in environment:
        environment["PIP_CONFIG_FILE"] = str(shutil.copy(kept, folder / "pip.conf"))
    with ExitStack() as probing:
        probes = [probing.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in SERVICES]
        ports = (str(probe.getsockname()[1]) for probe in probes)
        return environment | {f"{name.upper()}_PORT": port for name, port in zip(SERVICES, ports, strict=True)}


def stop(process: subprocess.Popen[bytes]) -> None:
    """Stop `make` and what it runs."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGINT)  # as Ctrl-C does; pip removes its folders in /tmp then
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def remove_containers(clone: Path, environment: dict[str, str]) -> None:
    """Stop the containers as a person does, and then remove what `make down` keeps."""
    subprocess.run(["make", "down"], cwd=clone, env=environment, stdout=sys.stderr, check=True)
    subprocess.run(["docker", "compose", "down", "--volumes"], cwd=clone, env=environment, check=True)


def is_served(url: str) -> bool:
    """Whether the page answers 200."""
    try:
        with build_opener(ProxyHandler({})).open(url, timeout=10) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def measure(target: str, account: Account | None, ending: ExitStack) -> float:
    """Clone, run the target, and wait for the page → seconds since the target began. `ending` stops and removes all."""
    folder = Path(ending.enter_context(tempfile.TemporaryDirectory(prefix="slate fresh clone ")))
    clone = folder / "slate"
    subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", CHECKOUT, clone], check=True)
    (folder / "home").mkdir()
    environment = make_environment(folder, account)
    user: dict[str, Any] = {}
    if account:
        subprocess.run(["chown", "--recursive", "--no-dereference", str(account), folder], check=True)
        user = {"user": account.uid, "group": account.gid, "extra_groups": []}
    if target == "up":
        ending.callback(remove_containers, clone, environment)
    began = time.monotonic()
    process = subprocess.Popen(
        ["make", target], cwd=clone, env=environment, stdout=sys.stderr, start_new_session=True, **user
    )
    ending.callback(stop, process)
    if target == "up" and process.wait() != 0:  # it ends when all containers are healthy
        sys.exit("`make up` failed")
    while not is_served(f"http://127.0.0.1:{environment['FRONTEND_PORT']}/"):
        if process.poll() is not None:
            sys.exit(f"`make {target}` ended, and the page does not answer")
        time.sleep(0.2)
    return time.monotonic() - began


def end(number: int, _frame: FrameType | None) -> None:
    """Leave by way of everything that stops and removes something, undisturbed by another signal."""
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    sys.exit(128 + number)


def main() -> None:
    """Measure each case, and print the table when all of them were served."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--containers", action="store_true", help="`make up` and `make down` instead of `make run`")
    containers = parser.parse_args().containers
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end)
    me = "root" if os.geteuid() == 0 else "an ordinary user"
    table = ["| case | seconds until the page answered |", "| --- | --- |"]
    with ExitStack() as ending:
        if containers:
            table.append(f"| `make up` as {me} | {measure('up', None, ending):.0f} |")
        else:
            table.append(f"| `make run` as {me} | {measure('run', None, ending):.0f} |")
            other = ending.enter_context(ordinary_account()) if me == "root" else None
            seconds = measure("run", other, ending)
            table.append(f"| `make run` as an ordinary user, beside the first | {seconds:.0f} |")
    print("\n".join(table))


if __name__ == "__main__":
    main()
