"""What keeps the local stack from running, in one sentence for the person at the terminal."""

from pathlib import Path

TAIL_BYTES = 16_384
TAIL_LINES = 20


class LocalError(Exception):
    """`str(failure)` is the sentence to print; the exit code is 1."""


def with_log_tail(sentence: str, log: Path) -> str:
    """The sentence, then the log's last lines, indented; the sentence alone while there is no log."""
    if not log.exists():
        return sentence
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - TAIL_BYTES))
        lines = file.read().decode(errors="replace").splitlines()[-TAIL_LINES:]
    if not lines:
        return f"{sentence} It wrote no log."
    return "\n".join([f"{sentence} The last lines of {log}:", *(f"    {line}" for line in lines)])
