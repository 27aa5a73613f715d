"""Writes docs/learning.md: what must be reached beside what was measured, with a plot."""

import os
import platform
from collections.abc import Mapping

from benchmarks.learning.outcome import Outcome
from benchmarks.learning.parts.other_writers import LABELS
from benchmarks.learning.versions import EPOCHS, PEN_EPOCHS

TITLES = {
    "others": "Labels of half of the writers",
    "curve": "Fewer labels",
    "duration": "Time and memory",
    "writers": "Fifty labels of one writer",
    "flipped": "Wrong labels",
    "vandals": "Vandals",
    "swapping": "Swapping the version in use",
    "shadow": "A version in shadow",
}
INTRODUCTION = """\
`make benchmark-learning` starts PostgreSQL, storage and inference for each row, lets people draw and label through the
API, runs `python -m training.refine`, and asks the running inference service again. Every person has a token of its
own, as every browser has. `ARGS="--only others"` measures a part, and `ARGS="--folder FOLDER"` keeps the first versions
and what was measured for the next run. [Learning from labels](refining.md) says how a refinement works.

The files of pen strokes are those of [training](training.md): UNIPEN's digits and the training part of the Pen-Based
Recognition of Handwritten Digits. Intervals are Wilson's, 95 %.
"""
HOW = """\
How the rows are measured:

- **The first versions** are trained by `python -m training.train` with few epochs, so that the benchmark is affordable:
  {start_epochs} on MNIST alone, and {pen_epochs} on MNIST and all strokes of the half of the writers that labels, which
  is as many steps. Both have the same settings otherwise. Longer training raises both.
- **Labels of half of the writers.** The writers of each file are split in two by a hash of their names. Those of one
  half draw {labels:,} digits on the page's canvas, each about as many, with a random size, place, pen and paper. The
  digits that are examined belong to the other half. The refinement knows MNIST and the labels, and no file of strokes.
- **Fifty labels of one writer.** The version with strokes from the start has not seen the other half of the writers. Of
  those in the UCI file, it reads four worst. (UNIPEN has single strokes among its digits, such as the halves of a 4.
  Nobody can read these, or learn them.) For each of the four, it is refined from 50 of the writer's digits and reads
  the rest. The refinement has the file of strokes that the version was trained with.
- **Time and memory.** The writers of one half label drawings in an installation with the shipped `cnn` and a file of
  pen strokes. Memory is the most that one process of the refinement had.
- **Wrong labels.** The same {labels:,} drawings; 30 % of the labels, chosen at random, say another digit.
- **Vandals** have an installation to themselves. *Held back* means that the version in use stayed in use.
- **Swapping.** What each version answers to each picture is asked first. An answer is that of no version if its
  probabilities differ from those.
- **A version in shadow.** `python -m benchmarks.shadow` measures it with the shipped `cnn` and a copy of it, in turns
  without and with the shadow. The first figures are medians over the turns, with the lowest and the highest turn.
  *Within noise*: the median with the shadow is not above the highest turn without it.
"""


def write_page(outcomes: Mapping[str, Outcome], architecture: str, parts: list[str], *, is_plotted: bool) -> str:
    """Return the page. A part that was not measured has a row that says so."""
    days = sorted({str(outcome.measured_on) for outcome in outcomes.values()})
    measured = f"Measured on {' and '.join(days)}" if days else "Not measured yet"
    lines = [
        "# Learning, measured",
        "",
        INTRODUCTION,
        f"{measured}, with `{architecture}`, on {os.cpu_count()} cores of {platform.machine()}.",
        "",
        *(["![Accuracy against labels](images/learning.png)", ""] if is_plotted else []),
        *write_table(outcomes, parts),
        "",
        HOW.format(start_epochs=EPOCHS[architecture], pen_epochs=PEN_EPOCHS[architecture], labels=LABELS),
        *(note for part in outcomes.values() for note in part.notes),
    ]
    return "\n".join(lines).rstrip() + "\n"


def write_table(outcomes: Mapping[str, Outcome], parts: list[str]) -> list[str]:
    """Return the lines of the table."""
    lines = ["| what | must | measured |", "| --- | --- | --- |"]
    for part in parts:
        outcome = outcomes.get(part)
        rows = outcome.rows if outcome else [("not measured yet", "", f"`--only {part}` measures it")]
        lines += [f"| **{TITLES[part]}** | | |", *(f"| {' | '.join(row)} |" for row in rows)]
    return lines
