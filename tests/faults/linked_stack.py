"""The stack of `make run` whose services reach each other through links that can be cut."""

import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from tests.e2e.stack import Stack, choose_ports, running_in
from tests.faults.link import Link, running_links

SOCKET = Path("data/run/.s.PGSQL.5432")  # of the embedded PostgreSQL, in the folder of the stack


@dataclass(frozen=True)
class Links:
    """The ways to the services."""

    frontend: Link  # from a browser
    inference: Link  # from the frontend
    storage: Link  # from the frontend
    postgres: Link  # from storage

    def lead_to(self, stack: Stack, *services: str) -> Stack:
        """The stack as one sees it who reaches these services through their links."""
        return replace(stack, ports=stack.ports | {service: getattr(self, service).port for service in services})


@contextlib.contextmanager
def running_linked_stack(**settings: str) -> Iterator[tuple[Stack, Links]]:
    """Runs the stack with these environment variables, and removes its data afterwards."""
    ports = choose_ports()
    with tempfile.TemporaryDirectory(prefix="slate-") as name, running_links() as link:
        folder = Path(name)
        frontend, inference, storage = (link(ports[name]) for name in ("frontend", "inference", "storage"))
        links = Links(frontend, inference, storage, postgres=link(folder / SOCKET))
        addresses = {f"LINK_{name.upper()}": str(one.port) for name, one in vars(links).items()}
        with running_in(folder, ports, addresses | settings, program="tests.faults.linked_programs") as stack:
            yield stack, links
