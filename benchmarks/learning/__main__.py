"""`python -m benchmarks.learning` measures what Slate learns from labels and writes docs/learning.md with a plot.

It needs MNIST and two files of pen strokes, and takes about an hour on two idle cores. With `--folder`, every part that
ends is kept, so that a benchmark that was stopped continues there. With `--only` and no folder, no page is written.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from pathlib import Path

from benchmarks.learning.lesson import School
from benchmarks.learning.outcome import Outcome, forget_steps, read_outcomes, read_unfinished, write_outcome
from benchmarks.learning.page import write_page, write_table
from benchmarks.learning.parts.duration import measure_duration
from benchmarks.learning.parts.one_writer import measure_one_writer
from benchmarks.learning.parts.other_writers import measure_fewer_labels, measure_other_writers
from benchmarks.learning.parts.shadow import measure_shadowing
from benchmarks.learning.parts.swapping import measure_swapping
from benchmarks.learning.parts.vandals import measure_vandals
from benchmarks.learning.parts.wrong_labels import measure_wrong_labels
from benchmarks.learning.plot import plot_outcomes
from benchmarks.learning.versions import EPOCHS, ROOT, Trainer
from training.options import DATA_DIR

PAGE, PLOT = ROOT / "docs" / "learning.md", ROOT / "docs" / "images" / "learning.png"

Measure = Callable[[School], Outcome]
PARTS: dict[str, Measure] = {
    "others": measure_other_writers,
    "curve": measure_fewer_labels,
    "duration": measure_duration,
    "writers": measure_one_writer,
    "flipped": measure_wrong_labels,
    "vandals": measure_vandals,
    "swapping": measure_swapping,
    "shadow": measure_shadowing,
}


def measure(school: School, parts: list[str]) -> dict[str, Outcome]:
    """Measure the parts and keep each → all that the folder has, also from earlier runs."""
    for part in parts:
        began = time.perf_counter()
        outcome = PARTS[part](school)
        outcome.minutes = (time.perf_counter() - began) / 60
        write_outcome(school.folder, part, outcome)
        forget_steps(school.folder, part)
        print("\n".join(write_table({part: outcome}, [part])), f"({outcome.minutes:.0f} min)", flush=True)
    return read_outcomes(school.folder, list(PARTS))


def write_documents(folder: Path, outcomes: Mapping[str, Outcome], architecture: str) -> None:
    """Write the page and the plot. Of a part that was stopped, the page has the steps that ended."""
    stopped = {part: read_unfinished(folder, part) for part in PARTS if part not in outcomes}
    known = {part: outcome for part, outcome in stopped.items() if outcome} | dict(outcomes)
    is_plotted = plot_outcomes(outcomes, PLOT) is not None
    PAGE.write_text(write_page(known, architecture, list(PARTS), is_plotted=is_plotted))


def make_parser() -> argparse.ArgumentParser:
    """The options. The files of strokes have the names that training takes them by."""
    pen_digits, _, pendigits = os.environ.get("PEN_DIGITS", "").partition(",")
    parser = argparse.ArgumentParser(prog="python -m benchmarks.learning", description=__doc__)
    parser.add_argument(
        "--pen-digits", type=Path, default=pen_digits, help="strokes of many writers; default: PEN_DIGITS's first file"
    )
    parser.add_argument(
        "--pendigits",
        type=Path,
        default=pendigits,
        help="strokes of few writers, many of each; default: its second",
    )
    parser.add_argument(
        "--only", nargs="*", choices=PARTS, default=list(PARTS), help="parts to measure; none: only write the page"
    )
    parser.add_argument("--folder", type=Path, help="keep versions and results there for the next run")
    parser.add_argument("--architecture", choices=EPOCHS, default="cnn", help="lenet5 is for a quick try")
    parser.add_argument("--data-dir", type=Path, default=DATA_DIR, help="folder of MNIST")
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Measure, print, and write the page and the plot. Exit status 1 if a file is missing."""
    parser = make_parser()
    options = parser.parse_args(arguments)
    for name in ("pen_digits", "pendigits"):
        if not getattr(options, name).is_file():
            print(f"--{name.replace('_', '-')}: give a file of pen strokes (docs/training.md).", file=sys.stderr)
            return 1
    with nullcontext(options.folder) if options.folder else tempfile.TemporaryDirectory() as folder:
        trainer = Trainer(Path(folder), options.architecture, options.data_dir)
        school = School(options.pen_digits, options.pendigits, trainer, flush)
        outcomes = measure(school, options.only)
        if options.folder or options.only == list(PARTS):
            write_documents(school.folder, outcomes, options.architecture)
    return 0


def flush(line: str) -> None:
    """Tell how far the benchmark is."""
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
