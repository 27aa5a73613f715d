"""`python -m benchmarks.soak [--minutes 60]` loads Slate while something goes wrong every minute; writes docs/soak.md.

It ends with 1 if a target is missed. A run of less than an hour prints the page and does not write it.
"""

import argparse
import os
import signal
import sys
import time
from pathlib import Path

from benchmarks.learning.versions import ROOT
from benchmarks.soak.growth import compare
from benchmarks.soak.report import write_growths, write_page
from benchmarks.soak.run import Options, soak
from benchmarks.soak.samples import read_samples
from training.options import DATA_DIR

PAGE = ROOT / "docs" / "soak.md"
HOUR = 60
LEAST = 8  # minutes


def main() -> int:
    """Soak, and print and write what was found → exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("--minutes", type=int, default=HOUR, help=f"how long, at least {LEAST}")
    parser.add_argument(
        "--most", type=float, default=2000, help="the highest rate that is tried, predictions per second"
    )
    parser.add_argument("--refine-minutes", type=float, default=5, help="time limit of the training in the middle")
    parser.add_argument("--samples", type=Path, default=Path(os.devnull), help="CSV file for the samples of memory")
    parser.add_argument("--compare", type=Path, metavar="SAMPLES", help="only compare the memory in these samples")
    options = parser.parse_args()
    if options.compare:
        print(*write_growths(compare(read_samples(options.compare), options.minutes)), sep="\n")
        return 0
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that the stack is stopped then too
    minutes = max(LEAST, options.minutes)
    result = soak(Options(minutes, options.most, options.refine_minutes, DATA_DIR.resolve(), options.samples), say)
    page = write_page(result)
    if minutes >= HOUR:
        PAGE.write_text(page)
    print(page)
    return 0 if result.is_good else 1


def say(line: str) -> None:
    """Print a line at once, with the time."""
    print(time.strftime("%H:%M:%S"), line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
