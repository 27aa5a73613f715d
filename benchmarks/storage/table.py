"""Writes the table of docs/storage.md: what was measured beside what must be reached."""

from collections.abc import Sequence

from benchmarks.storage.reading import Timing

Row = tuple[str, str, str]  # what, must, measured


def describe_worst(timings: Sequence[Timing]) -> str:
    """`12 ms (digit=9, source=upload)`."""
    worst = max(timings, key=lambda one: one.milliseconds)
    return f"{write_ms(worst.milliseconds)} ({worst.asked})"


def write_ms(milliseconds: float) -> str:
    """`7.3 ms`, `152 ms`."""
    return f"{milliseconds:.1f} ms" if milliseconds < 10 else f"{milliseconds:.0f} ms"


def write_table(rows: Sequence[Row]) -> str:
    """Write the rows as Markdown."""
    lines = ["| what | must | measured |", "| --- | --- | --- |"]
    return "\n".join(lines + [f"| {' | '.join(row)} |" for row in rows])
