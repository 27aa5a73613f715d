"""`python -m benchmarks.proxy`: requests/s of one copy of inference, and of three copies behind the proxy with TLS.

It starts containers of its own, asks both in turns from the same machine with wrk, and removes the containers. So wrk
and the proxy take a part of the same cores.
"""

import argparse
import os
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.wrk import run_wrk, write_bodies
from tests.containers.project import Project
from tests.e2e.stack import free_port

COPIES = 3
FILES = ("docker-compose.yml", "docker-compose.tls.yml")


def measure(callers: int, rounds: int, seconds: int) -> None:
    """Print the requests/s of each round and the medians. Refused and failed requests are counted."""
    https = free_port()
    ports = {"SLATE_HTTP_PORT": str(free_port()), "SLATE_HTTPS_PORT": str(https)}
    project = Project("slate-benchmark-proxy").with_settings({"COMPOSE_FILE": os.pathsep.join(FILES), **ports})
    try:
        project.compose("up", "--build", "--detach", "--wait", "--scale", f"inference={COPIES}", "proxy")
        addresses = {
            "one copy": f"http://{project.find_address('inference')}:8001/v1/predict",
            f"{COPIES} copies behind the proxy": f"https://localhost:{https}/api/v1/predict",
        }
        print_rounds(addresses, callers, rounds, seconds)
    finally:
        project.remove()


def print_rounds(addresses: dict[str, str], callers: int, rounds: int, seconds: int) -> None:
    """Ask the addresses in turns, so that what else the machine does meets all of them."""
    rates: dict[str, list[float]] = {name: [] for name in addresses}
    with TemporaryDirectory() as folder:
        write_bodies(Path(folder))
        for _ in range(rounds):
            for name, url in addresses.items():
                result = run_wrk(url, Path(folder) / "slate.lua", callers, seconds)
                answered = result["requests"] - result["refused"]
                rates[name].append(answered / (result["us"] / 1e6))
                print(f"{name}: {rates[name][-1]:.0f}/s, {result['refused']} refused, {result['errors']} failed")
    for name, found in rates.items():
        print(f"median of {name}: {median(found):.0f}/s")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--callers", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=6)
    measure(**vars(parser.parse_args()))
