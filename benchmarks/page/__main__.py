"""`python -m benchmarks.page` measures in a real browser what a visitor waits for, and prints Markdown tables.

It starts the whole stack in a temporary folder. `--before FOLDER` also starts the one of an older checkout, for example
of `git worktree add ../before COMMIT`, with the same packages, and measures both in turns.
"""

import argparse
import random
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from benchmarks.page import labels, loading, shifts, strokes
from tests.conftest import CHROMIUM_FLAGS, find_chromium
from tests.e2e.screenshots import fill
from tests.e2e.stack import ROOT, Stack, running_stack

STROKES_ALONE = 50
PEOPLE, STROKES_EACH = 20, 10
KINDS = ("strokes", "loading", "shifts", "labels")

Stacks = Mapping[str, Stack]  # "now", perhaps "before"


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.page", description=__doc__)
    parser.add_argument("--before", type=Path, metavar="FOLDER", help="an older checkout")
    parser.add_argument("--only", choices=KINDS, action="append", help="measure only this; can be repeated")
    options = parser.parse_args()
    kinds = options.only or KINDS
    with running_stacks(options.before) as stacks:
        if "loading" in kinds:
            print_loading(stacks)
        if "strokes" in kinds:
            print_strokes(stacks)
        if "shifts" in kinds:
            print_shifts(stacks)
        if "labels" in kinds:
            print_labels(stacks)


@contextmanager
def running_stacks(before: Path | None) -> Iterator[Stacks]:
    """The stack of this checkout, and that of the older one."""
    checkouts = {"now": ROOT} if before is None else {"before": before, "now": ROOT}
    with ExitStack() as running:
        yield {name: running.enter_context(running_stack(folder)) for name, folder in checkouts.items()}


def print_loading(stacks: Stacks) -> None:
    """First visits, in turns. One more before them starts everything that starts on first use."""
    visits: dict[str, list[loading.Visit]] = {name: [] for name in stacks}
    with running_browser() as browser:
        for number in range(loading.ROUNDS + 1):
            for name, stack in stacks.items():
                found = loading.visit(browser, stack.url("frontend"))
                if number:
                    visits[name].append(found)
    print(loading.HEAD)
    for name, found_of in visits.items():
        print(loading.write_row(name, found_of), flush=True)


def print_strokes(stacks: Stacks) -> None:
    """One person, one person while storage hangs, and many at once."""
    print(strokes.HEAD, flush=True)
    for name, stack in stacks.items():
        print(strokes.write_row(f"one person, {name}", strokes.measure_strokes(stack, 1, STROKES_ALONE)), flush=True)
    for name, stack in stacks.items():
        with stack.stopped("storage"):
            found = strokes.measure_strokes(stack, 1, STROKES_ALONE)
        print(strokes.write_row(f"one person, while storage hangs, {name}", found), flush=True)
    for name, stack in stacks.items():
        found = strokes.measure_strokes(stack, PEOPLE, STROKES_EACH)
        print(strokes.write_row(f"{PEOPLE} people at once, {name}", found), flush=True)


def print_shifts(stacks: Stacks) -> None:
    """Every page, with drawings in the history."""
    print(shifts.HEAD, flush=True)
    with running_browser() as browser:
        for name, stack in stacks.items():
            fill(stack, random.Random(7))
            for row in shifts.write_rows(name, shifts.measure_shifts(browser, stack.url("frontend"))):
                print(row, flush=True)


def print_labels(stacks: Stacks) -> None:
    """Ten labels on the page "Help the model"."""
    print(labels.HEAD, flush=True)
    with running_browser() as browser:
        for name, stack in stacks.items():
            print(labels.write_row(name, labels.measure_labels(browser, stack)), flush=True)


@contextmanager
def running_browser() -> Iterator[Browser]:
    """One Chromium, closed afterwards."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


if __name__ == "__main__":
    main()
