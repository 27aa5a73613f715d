"""`python -m infra.local` runs Slate without Docker, in one terminal, until Ctrl-C. `make run` calls it."""

import asyncio
import sys

from infra.local.run import run
from infra.local.stack import Programs

if __name__ == "__main__":
    sys.exit(asyncio.run(run(Programs())))
