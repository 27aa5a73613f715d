"""`python -m infra.local`, which is what `make run` calls: Slate without Docker, in one terminal, until Ctrl-C."""

import asyncio
import sys

from infra.local.run import run
from infra.local.stack import Programs

if __name__ == "__main__":
    sys.exit(asyncio.run(run(Programs())))
