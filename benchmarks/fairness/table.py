"""Writes the measurements as the page docs/fairness.md."""

import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from benchmarks.fairness.callers import Answers
from benchmarks.fairness.row import Row

INTRODUCTION = """\
One caller, or four, load a service again and again. Meanwhile another caller sends small requests from another address,
one after the other with a pause of 20 ms. A row compares its waits with those that it had just before the load, in the
same process of the service. Each measurement starts the service anew. Compare the ratios, because a busy machine slows
everything. The loads run on the same machine and use a part of its processor time.

- *refused* is the share of the other caller's requests that got no 2xx answer within 10 s.
- *memory* is the highest resident memory of all processes of the service under load, with the growth since just before
  the load. Pages that two processes share count twice.
- *answers to the load* counts statuses; *closed* is a connection that ended without one.
- *missed* names the missed targets and every 5xx answer except 503, and says if the service ended.

| target | one caller | four callers |
| --- | --- | --- |
| median of the others, compared with unloaded | ≤ 3 × | ≤ 5 × |
| others refused | 0 | ≤ 1 % |
| growth of the memory, pictures | ≤ 150 MiB | ≤ 150 MiB |
| growth of the memory, headers, slow bodies, 16 MB of JSON | ≤ 100 MiB | ≤ 100 MiB |

Rows with more callers have no target for the others. In the rows *4, one address with the others*, the service can't
tell the other caller from the load, so these have no target for the others either.
"""
HEADS = (
    "load",
    "callers",
    "unloaded median ms",
    "median ms",
    "p95 ms",
    "ratio",
    "refused",
    "memory MiB",
    "answers to the load",
    "missed",
)
MAX_ANSWERS = 3  # kinds of answers to the load in a row


def write_page(tables: Mapping[str, Sequence[Row]]) -> str:
    """The whole page. `tables` maps the name of a service to its rows."""
    rows = [row for table in tables.values() for row in table if row.has_targets]
    cores = f"{os.cpu_count()} cores, {platform.machine()}"
    met = sum(not row.list_missed() for row in rows)
    lines = ["# Fairness, measured", "", f"`make benchmark-fairness` wrote this on {date.today()} ({cores})."]
    lines += [f"{met} of {len(rows)} rows with targets meet all of them.", "", INTRODUCTION]
    for name, table in tables.items():
        lines += [f"## {name}", "", *write_table(table), ""]
    return "\n".join(lines).rstrip() + "\n"


def write_table(rows: Sequence[Row]) -> Iterator[str]:
    """The lines of one table."""
    yield f"| {' | '.join(HEADS)} |"
    yield "| --- " * len(HEADS) + "|"
    for row in rows:
        yield f"| {' | '.join(_write_cells(row))} |"


def write_answers(answers: Answers) -> str:
    """`200 × 5, 503 × 2`, the most frequent first."""
    if not answers:
        return "none"
    return ", ".join(f"{answer} × {count:,}" for answer, count in answers.most_common(MAX_ANSWERS))


def _write_cells(row: Row) -> Iterator[str]:
    yield row.load
    yield str(row.callers)
    yield f"{row.unloaded.median_ms:.1f}"
    if row.loaded.answered_ms:
        yield f"{row.loaded.median_ms:.1f}"
        yield f"{row.loaded.percentile_ms(95):.1f}"
        yield f"{row.ratio:.1f} ×"
    else:
        yield from ("–", "–", "–")
    yield f"{row.loaded.failed_share:.1%} of {row.loaded.answers.total()}"
    yield f"{row.peak_bytes / 2**20:,.0f} ({row.growth:+,.0f})"
    yield write_answers(row.answers)
    yield ", ".join(row.list_missed()) or "–"
