"""The error that ends `make run`, with one sentence for the person at the terminal."""

from pathlib import Path

TAIL_BYTES = 16_384
TAIL_LINES = 20


class LocalError(Exception):
    """The stack cannot run. `str(error)` is printed, and the exit code is 1."""


def add_log_tail(sentence: str, log: Path) -> str:
    """Add the last lines of the log to the sentence, if the log can be read."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - TAIL_BYTES))
            lines = file.read().decode(errors="replace").splitlines()[-TAIL_LINES:]
    except OSError:
        return sentence
    if not lines:
        return f"{sentence} It wrote no log."
    return "\n".join([f"{sentence} The last lines of {log}:", *(f"    {line}" for line in lines)])
