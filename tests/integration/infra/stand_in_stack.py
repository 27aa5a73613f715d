"""Runs the stack of `make run` with stand-ins for the three services.

Usage: `python stand_in_stack.py [inference=MOOD] [storage=MOOD] [frontend=MOOD]`. PostgreSQL, the supervisor and the
tethers are real.
"""

import asyncio
import sys
from pathlib import Path

from infra.local.run import run
from infra.local.stack import Programs

SERVICE = Path(__file__).with_name("stand_in_service.py")
PORT_VARIABLES = {"inference": "INFERENCE_PORT", "storage": "STORAGE_PORT", "frontend": "FRONTEND_PORT"}
MIGRATE = "import asyncio, asyncpg, os; asyncio.run(asyncpg.connect(os.environ['STORAGE_DATABASE_URL']))"


def stand_ins(moods: dict[str, str]) -> Programs:
    services = {
        name: (sys.executable, str(SERVICE), variable, moods.get(name, "")) for name, variable in PORT_VARIABLES.items()
    }
    curator = (sys.executable, "-c", "print('a password for tests')")
    return Programs(migrate=(sys.executable, "-W", "ignore", "-c", MIGRATE), curator=curator, **services)


if __name__ == "__main__":
    sys.exit(asyncio.run(run(stand_ins(dict(argument.split("=") for argument in sys.argv[1:])))))
