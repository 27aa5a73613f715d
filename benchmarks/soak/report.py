"""Writes what a soak found as the page docs/soak.md."""

import os
import platform
from collections.abc import Iterator, Sequence
from datetime import date
from statistics import median

from benchmarks.soak.asking import IN_TIME_S, Tally
from benchmarks.soak.growth import MOST, Growth
from benchmarks.soak.ramp import ENOUGH, STEP_S
from benchmarks.soak.result import AVAILABLE, Happened, Result, list_recoveries

INTRODUCTION = """\
The stack of `make run` runs under its supervisor, with its default settings. The services reach each other through
small proxies that can cut, silence and slow a connection. The load goes on the whole time:

- Drawings are predicted at a steady rate. A fifth of them are stored, half of these are labelled, and some are deleted.
- A page of ten digits is read every five seconds, the history or the statistics every two seconds, and a file of the
  page every second.
- A browser opens the page once a minute, draws a digit and waits for "Saved".
- A refinement runs in the middle, at low priority and for a few minutes.

Once a minute something goes wrong. Services are killed in the first third of the time and in the last three minutes.
In between they live, so that their memory can be watched.

A request that fails is sent once more, after a pause. Half of the predictions come from a client that waits
2 seconds, the other half from one that waits 15 seconds, which is longer than a service needs to start. What is stored
is sent again until it is acknowledged, as the page does.
"""


def write_page(result: Result) -> str:
    """The whole page."""
    cores = f"{os.cpu_count()} cores, {platform.machine()}"
    lines = [
        "# Soak, measured",
        "",
        f"`make soak` wrote this on {date.today()} ({cores}, {result.minutes:g} minutes).",
        "",
    ]
    lines += [INTRODUCTION, *_write_rate(result), "", "## Targets", "", *_write_targets(result), ""]
    lines += [
        "## Requests",
        "",
        *_write_tallies(result),
        "",
        "## Memory and open files",
        "",
        *write_growths(result.growths),
        "",
    ]
    lines += ["## Faults", "", *_write_faults(result)]
    return "\n".join(lines).rstrip() + "\n"


def _write_rate(result: Result) -> Iterator[str]:
    reached = "at least " if result.sustainable >= result.most else ""
    yield f"Before it began, the same load without faults got {reached}{result.sustainable:.0f} predictions a second:"
    yield f"none failed, and {ENOUGH:.0%} were answered within {IN_TIME_S * 1000:.0f} ms, for {STEP_S:.0f} seconds."
    yield f"The hour had {result.rate:.0f} predictions a second."
    yield f"The load average of the machine was {result.machine_load:.0f} with the soak, on {os.cpu_count()} cores."
    yield "The higher it is, the later a service is ready again after a kill."


def _write_targets(result: Result) -> Iterator[str]:
    yield "| what | must | measured |"
    yield "| --- | --- | --- |"
    for what, must, measured in _list_targets(result):
        yield f"| {what} | {must} | {measured} |"


def _list_targets(result: Result) -> Iterator[tuple[str, str, str]]:
    books, visits = result.books, f"{result.visits} of {result.visits + len(result.failed_visits)}"
    for tally in result.tallies[:2]:
        yield f"{tally.name}: answered", f"≥ {AVAILABLE:.1%}", f"{tally.available:.3%} of {tally.finished:,}"
    yield "acknowledged rows lost", "0", f"{books.lost} of {books.acknowledged:,}"
    yield "acknowledged labels lost", "0", f"{books.labels_lost} of {books.labels:,}"
    yield "acknowledged deletions that are there again", "0", f"{books.deleted_again_there} of {books.deletions:,}"
    yield "rows doubled; drawings changed", "0", f"{books.doubled}; {books.changed_drawings}"
    yield "rows that nobody sent", "0", f"{books.strangers} of {books.stored:,}"
    yield "rows, labels and deletions not acknowledged within 3 minutes", "0", f"{result.unsaved}"
    yield "sums that differ from a recount", "0", f"{books.wrong_sums}"
    yield "the same picture and version, another digit", "0", f"{result.changed_answers}"
    worst = max((one.memory for one in result.growths), default=0.0)
    yield "growth of the memory of a part", f"≤ {MOST:.0%}", f"{worst:+.1%}"
    files = max((one.files[1] - one.files[0] for one in result.growths), default=0)
    yield "growth of the open files of a part", "0", f"{files:+}"
    yield 'visits in a browser that saw answer and "Saved"', "–", f"{visits}, longest {result.longest_visit_s:.0f} s"
    yield "longest time until a row was acknowledged", "–", f"{result.longest_save_s:.0f} s"
    yield "the refinement said", "–", result.refinement


def _write_tallies(result: Result) -> Iterator[str]:
    yield "| requests | sent | first try | with one more try | lost, by reason |"
    yield "| --- | --- | --- | --- | --- |"
    for tally in result.tallies:
        yield (
            f"| {tally.name} | {tally.finished:,} | {tally.available_at_once:.3%} | {tally.available:.3%} "
            f"| {_write_lost(tally)} |"
        )
    for failure in result.failed_visits:
        yield f"\nA visit failed: {failure}"


def _write_lost(tally: Tally) -> str:
    return ", ".join(f"{reason} × {count}" for reason, count in tally.lost.most_common(4)) or "–"


def write_growths(growths: Sequence[Growth]) -> Iterator[str]:
    """The table of memory and open files."""
    yield "Memory is what the processes have for themselves. A part is compared in its longest life, after a warm-up."
    yield "The proportional set size (PSS) also counts pages of files, which other programs of the machine share."
    yield "Open files are counted without established connections, of which the load opens as many as it needs."
    yield ""
    yield "| part | minutes | memory MB | growth | PSS MB | open files | connections |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for one in growths:
        cells = (
            one.part,
            f"{one.since_min:.0f}–{one.until_min:.0f}",
            f"{one.memory_mb[0]:.1f} → {one.memory_mb[1]:.1f}",
            f"{one.memory:+.1%}",
            f"{one.pss_mb[0]:.0f} → {one.pss_mb[1]:.0f}",
            f"{one.files[0]} → {one.files[1]}",
            f"{one.connections[0]} → {one.connections[1]}",
        )
        yield f"| {' | '.join(cells)} |"


def _write_faults(result: Result) -> Iterator[str]:
    """One row for each kind of fault: how often it came, and its worst and its median cost."""
    soon, later, _, reads, visits = result.tallies
    yield "| fault | times | predictions failed at first | last failure, from the begin: predictions | history | page |"
    yield "| --- | --- | --- | --- | --- | --- |"
    kinds: dict[str, list[int]] = {}
    for number, fault in enumerate(result.happened):
        kinds.setdefault(fault.name + fault.failed, []).append(number)
    recoveries = {name: list_recoveries(tally, result.happened) for name, tally in
                  (("soon", soon), ("later", later), ("reads", reads), ("visits", visits))}  # fmt: skip
    for name, numbers in kinds.items():
        failed = sum(recoveries[which][number][1] for which in ("soon", "later") for number in numbers)
        predictions = [max(recoveries["soon"][number][2], recoveries["later"][number][2]) for number in numbers]
        others = [_write_times([recoveries[which][number][2] for number in numbers]) for which in ("reads", "visits")]
        yield f"| {name} | {len(numbers)} | {failed} | {_write_times(predictions)} | {others[0]} | {others[1]} |"


def _write_times(times: list[float]) -> str:
    """The median and the longest of the times from a fault to the last try that failed."""
    if not any(times):
        return "no failure"
    return f"{median(times):.0f} s, longest {max(times):.0f} s"


def describe(fault: Happened) -> str:
    """One line for the terminal."""
    return f"{fault.seconds / 60:5.1f} min  {fault.name}{fault.failed}"
