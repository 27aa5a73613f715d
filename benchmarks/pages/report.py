"""Measurements of pages, grids and fields → Markdown tables and the page docs/pages.md."""

import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from benchmarks.pages.answer import Answer
from benchmarks.pages.grids import GridScore
from benchmarks.pages.score import Score
from benchmarks.pages.writers import FONTS
from training.evaluation.intervals import wilson_interval

HEADS = (
    "kind of page",
    "pages",
    "lines",
    "exact lines",
    "95 % interval",
    "as typed",
    "missed",
    "wrong",
    "invented a page",
    "separators",
    "cells",
    "whole tables",
    "upright",
    "ms",
    "p95 ms",
)
INTRODUCTION = f"""\
Every picture goes through `POST /v1/read` of a running service, one after the other. The composed pages are the same in
every run. Their digits are those of MNIST's test images and of pen writers of the test split, so no network was trained
on them. Hands, papers, layouts and cameras are code of the benchmark, not of `training/`. Printed words and digits are
set in fonts of matplotlib and in the line fonts of OpenCV:
{", ".join(FONTS)}, Hershey.

- *exact lines*: the digits found on the line spell it from left to right, and no other digit is on it.
- *as typed*: lines that are given with exactly the text that a person would type: spaces and separators too.
- *missed*, *wrong*: shares of the digits. *invented a page*: digits where none is, on a line or off all lines.
- *separators*: the share of decimal commas, points, colons, slashes and dashes that are found.
- *cells*: the share of the numbers in tables that stand in the right row and column. *whole tables*: tables without any
  error. RapidOCR gives no tables; it runs as it is shipped, with one thread.
- *upright*: pages that are turned the right way. *ms* and *p95 ms*: median and 95th percentile for a page.
- Intervals are Wilson's, and treat the lines of a page as independent. Some digits are hardly readable or mislabelled
  in their collections, so 100 % is out of reach.
"""


@dataclass
class Measured:
    """What one reader reached: scores and milliseconds a page by kind, grids, exact fields by folder."""

    scores: dict[str, Score] = field(default_factory=dict)
    ms: dict[str, list[float]] = field(default_factory=dict)
    grids: GridScore | None = None
    fields: dict[str, tuple[int, int]] = field(default_factory=dict)  # exact, all
    gives_tables: bool = True

    def add_page(self, kind: str, score: Score, answer: Answer) -> None:
        """Count one page."""
        self.scores[kind] = self.scores.get(kind, Score()) + score
        self.ms.setdefault(kind, []).append(answer.ms)


def write_page(measured: Mapping[str, Measured], notes: Sequence[str]) -> str:
    """The whole page docs/pages.md."""
    cores = f"{os.cpu_count()} cores, {platform.machine()}"
    head = ["# Pages, measured", "", f"`make benchmark-pages` wrote this on {date.today()} ({cores}).", *notes, ""]
    return "\n".join([*head, INTRODUCTION, *write_tables(measured)]).rstrip() + "\n"


def write_tables(measured: Mapping[str, Measured]) -> Iterator[str]:
    """One table for each reader, then the real pictures."""
    for name, reader in measured.items():
        if reader.scores:
            yield from (f"## {name}", "", *write_kinds(reader), "", *summarise(reader), "")
    if any(reader.grids or reader.fields for reader in measured.values()):
        yield from ("## Real pictures", "", *write_real(measured), "")


def write_kinds(reader: Measured) -> Iterator[str]:
    """A row for each kind of page, and one for all pages with digits."""
    yield f"| {' | '.join(HEADS)} |"
    yield "| --- " * len(HEADS) + "|"
    for kind, score in reader.scores.items():
        yield write_row(kind, score, reader)
    lined = {kind: score for kind, score in reader.scores.items() if score.lines}
    if len(lined) > 1:
        yield write_row("all with digits", sum(lined.values(), Score()), reader)


def write_row(kind: str, score: Score, reader: Measured) -> str:
    """One row of the table of kinds; a `kind` that is none stands for all kinds with digits."""
    ms = reader.ms.get(kind) or [each for known in reader.ms if reader.scores[known].lines for each in reader.ms[known]]
    tabled = reader.gives_tables
    interval = write_interval(score.exact_lines, score.lines)
    cells = [kind, f"{score.pages:,}", f"{score.lines:,}", write_share(score.exact_lines, score.lines), interval]
    cells += [write_share(score.typed_lines, score.lines)]
    cells += [write_share(score.missed, score.digits), write_share(score.wrong, score.digits)]
    cells += [f"{score.invented / score.pages:.2f}", write_share(score.right_separators, score.separators)]
    cells += [
        write_share(score.right_cells, score.cells * tabled),
        write_share(score.whole_tables, score.tables * tabled),
    ]
    cells += [write_share(score.upright, score.pages)]
    cells += [f"{np.median(ms):.0f}", f"{np.percentile(ms, 95):.0f}"]
    return f"| {' | '.join(cells)} |"


def summarise(reader: Measured) -> Iterator[str]:
    """The worst kind of page, and the digits invented where there are none."""
    lined = {kind: score for kind, score in reader.scores.items() if score.lines}
    empty = sum((score for score in reader.scores.values() if not score.lines), Score())
    if lined:
        worst = min(lined, key=lambda kind: lined[kind].exact_lines / lined[kind].lines)
        share = write_share(lined[worst].exact_lines, lined[worst].lines)
        yield f"Worst kind: {worst}, {share} of the lines."
    if empty.pages:
        yield f"On {empty.pages} pages without digits: {empty.invented / empty.pages:.2f} digits invented a page."


def write_real(measured: Mapping[str, Measured]) -> Iterator[str]:
    """Grids and fields of all readers."""
    yield "| pictures | reader | measure | value | 95 % interval |"
    yield "| --- | --- | --- | --- | --- |"
    for name, reader in measured.items():
        if grids := reader.grids:
            what = f"{grids.grids} photographs of 9×9 grids"
            for measure, count, of in (
                ("digits found, wherever", grids.found, grids.digits),
                ("digits in their places", grids.in_place, grids.digits * reader.gives_tables),
                ("whole grids", grids.whole, grids.grids * reader.gives_tables),
            ):
                yield f"| {what} | {name} | {measure} | {write_share(count, of)} | {write_interval(count, of)} |"
    for name, reader in measured.items():
        for folder, (exact, of) in reader.fields.items():
            share, interval = write_share(exact, of), write_interval(exact, of)
            yield f"| {of} fields of the folder `{folder}` | {name} | exact digit strings | {share} | {interval} |"


def write_share(count: int, of: int) -> str:
    """A percentage, or a dash if there is nothing to count."""
    return f"{count / of:.1%}" if of else "–"


def write_interval(count: int, of: int) -> str:
    """Wilson's interval of a share."""
    if not of:
        return "–"
    low, high = wilson_interval(count, of)
    return f"{low:.1%} to {high:.1%}"
