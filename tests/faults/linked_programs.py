"""`python -m tests.faults.linked_programs` runs the stack of `make run` with a link before each service.

The environment names the ports of the links: LINK_INFERENCE, LINK_STORAGE and LINK_POSTGRES.
"""

import asyncio
import os
import sys

from infra.local.postgres import SERVICE_ROLE
from infra.local.run import run
from infra.local.stack import Programs


def make_programs() -> Programs:
    """The programs of the stack, with the links as the addresses of what they call."""
    at = {name: f"127.0.0.1:{os.environ[f'LINK_{name}']}" for name in ("INFERENCE", "STORAGE", "POSTGRES")}
    database = f"STORAGE_DATABASE_URL=postgresql://{SERVICE_ROLE}@{at['POSTGRES']}/slate?sslmode=disable"
    services = (f"FRONTEND_INFERENCE_URL=http://{at['INFERENCE']}", f"FRONTEND_STORAGE_URL=http://{at['STORAGE']}")
    default = Programs()
    return Programs(storage=("env", database, *default.storage), frontend=("env", *services, *default.frontend))


if __name__ == "__main__":
    sys.exit(asyncio.run(run(make_programs())))
