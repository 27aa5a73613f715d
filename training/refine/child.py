"""Runs a command of training in a process of its own, so that nothing it does ends the nightly run."""

import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO

POLL_S = 0.2
GRACE_S = 20.0  # between the request to stop and the kill; less than the grace period of the container
LAST_LINES = 20


@dataclass(frozen=True)
class Ended:
    """`failure` says in a sentence why it failed; empty if it did not. `stopped` is true if we ended it ourselves."""

    failure: str = ""
    stopped: bool = False


def run_child(command: Sequence[str], stop: threading.Event, longest_s: float) -> Ended:
    """Run it once. When `stop` is set, the child is told to stop, and may keep what it has."""
    # A session of its own: Ctrl-C on a terminal reaches us alone, and we pass it on.
    with subprocess.Popen(  # noqa: S603  the command is ours
        command, stderr=subprocess.PIPE, text=True, errors="replace", start_new_session=True
    ) as child:
        said: deque[str] = deque(maxlen=LAST_LINES)
        listening = threading.Thread(target=_pass_on, args=(child.stderr, said), daemon=True)
        listening.start()
        ended = _wait(child, stop, longest_s)
        listening.join(POLL_S)
    if ended is not None:
        return ended
    if child.returncode == 0:
        return Ended()
    return Ended(_describe(child.returncode, [line for line in said if line.strip()]))


def _wait(child: subprocess.Popen[str], stop: threading.Event, longest_s: float) -> Ended | None:
    """None if the child ended by itself."""
    waited_s = 0.0
    while child.poll() is None:
        if stop.wait(POLL_S):
            _end(child)
            return Ended(stopped=True)
        waited_s += POLL_S
        if waited_s > longest_s:
            _end(child)
            return Ended(f"It took longer than {longest_s / 3600:g} hours and was stopped.")
    return None


def _end(child: subprocess.Popen[str]) -> None:
    child.send_signal(signal.SIGINT)
    try:
        child.wait(GRACE_S)
    except subprocess.TimeoutExpired:
        child.kill()


def _pass_on(stderr: IO[str] | None, said: deque[str]) -> None:
    for line in stderr or ():
        print(line, end="", file=sys.stderr, flush=True)
        said.append(line)


def _describe(code: int, said: Sequence[str]) -> str:
    """The last line of a program that fails says why, also that of a traceback."""
    if code < 0:
        return f"It was ended by {signal.Signals(-code).name}, for example because the memory was used up."
    return said[-1].strip() if said else f"It ended with exit code {code} and said nothing."
