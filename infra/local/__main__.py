"""`python -m infra.local` runs Slate without Docker, in one terminal, until Ctrl-C. `make run` calls it."""

import asyncio
import sys


def main() -> int:
    """Run the stack until a signal → exit code."""
    if sys.platform == "win32":  # its Python lacks modules that the stack imports
        print("Slate runs on Linux and macOS. On Windows, run it in WSL (Windows Subsystem for Linux).")
        return 1
    from infra.local.run import run
    from infra.local.stack import Programs

    return asyncio.run(run(Programs()))


if __name__ == "__main__":
    sys.exit(main())
