"""How the commands that talk to a service end: what the person is told, and the exit code."""

import sys
from collections.abc import Callable

from shared.clients.service import RefusedError, ServiceUnavailableError

CONTINUE = "Run the same command again to continue."
STOPPED, INTERRUPTED = 2, 130  # exit codes: the run stopped before its end; Ctrl-C


def run_command(work: Callable[[], int], *errors_of_files: type[Exception]) -> int:
    """Do the work → its exit code, or another one after saying why it stopped. `errors_of_files` are its own errors."""
    unusable: tuple[type[Exception], ...] = (*errors_of_files, OSError, ValueError)  # ValueError: a key no header holds
    try:
        return work()
    except KeyboardInterrupt:
        say(f"Stopped. {CONTINUE}")
        return INTERRUPTED
    except RefusedError as refused:
        say(f"Stopped: {refused.problem.detail}")
    except ServiceUnavailableError as error:
        say(f"Stopped: {error} {CONTINUE}")
    except unusable as error:
        say(str(error))
    return STOPPED


def say(sentence: str) -> None:
    """Write for the person, beside the progress bar."""
    print(sentence, file=sys.stderr)  # noqa: T201
