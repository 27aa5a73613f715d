"""`make benchmark-fairness` measures all loads, prints the tables and writes them to docs/fairness.md.

With `--only` it measures the loads whose name or service has one of the words, and writes no page.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from functools import partial

from benchmarks.fairness import frontend_loads, inference_loads, storage_loads
from benchmarks.fairness.load import Load
from benchmarks.fairness.measurement import measure_load
from benchmarks.fairness.processes import PROCESSES
from benchmarks.fairness.row import Row
from benchmarks.fairness.services import ROOT, run_frontend, run_inference, run_postgres, run_storage
from benchmarks.fairness.table import write_page, write_table
from benchmarks.fairness.uploads import NAME, measure_uploads

PAGE = ROOT / "docs" / "fairness.md"


def measure_inference(loads: Sequence[Load]) -> Iterator[Row]:
    """All rows of inference."""
    for load in loads:
        yield from measure_load(load, run_inference, inference_loads.make_others)


def measure_storage(loads: Sequence[Load]) -> Iterator[Row]:
    """All rows of storage."""
    with run_postgres() as database_url:
        run = partial(run_storage, database_url)
        with run() as storage:
            storage_loads.store_labelled_drawings(storage.url)
        for load in loads:
            yield from measure_load(load, run, storage_loads.make_others)


def measure_frontend(loads: Sequence[Load]) -> Iterator[Row]:
    """All rows of the page that need no browser."""
    for load in loads:
        yield from measure_load(load, run_frontend, frontend_loads.make_others)


def measure_all(words: Sequence[str]) -> dict[str, list[Row]]:
    """The rows of each service, of the loads that `words` choose."""
    tables = {
        "Inference": [*measure_inference(choose(words, "inference", inference_loads.list_inference_loads()))],
        "Storage": [*measure_storage(choose(words, "storage", storage_loads.list_storage_loads()))],
        "Page": [*measure_frontend(choose(words, "page", frontend_loads.list_frontend_loads()))],
    }
    if is_chosen(words, "page", NAME):
        tables["Page"].append(measure_uploads())
    return {name: rows for name, rows in tables.items() if rows}


def choose(words: Sequence[str], service: str, loads: Sequence[Load]) -> list[Load]:
    """The loads that `words` choose."""
    return [load for load in loads if is_chosen(words, service, load.name)]


def is_chosen(words: Sequence[str], service: str, load: str) -> bool:
    """True if one of the words is in `service: load`, or if there are no words."""
    return not words or any(word.lower() in f"{service}: {load}".lower() for word in words)


def main() -> int:
    """Measure, print, and write the page if nothing was left out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", default=[], metavar="WORD", help="words of the loads to measure")
    options = parser.parse_args()
    PROCESSES.set_forkserver_preload(["benchmarks.fairness.processes", "benchmarks.fairness.slow_callers"])
    tables = measure_all(options.only)
    if not options.only:
        PAGE.write_text(write_page(tables))
    for name, rows in tables.items():
        print(f"## {name}\n", *write_table(rows), "", sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
