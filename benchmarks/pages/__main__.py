"""`make benchmark-pages` composes test pages, reads them with Slate and RapidOCR, and writes docs/pages.md.

--grids and --fields add real pictures. With --only it composes the kinds of pages whose name has one of the words, and
writes no page. --keep FOLDER keeps the pictures, and the truth and the answers beside them as JSON lines.
"""

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks.inference_service import running_inference
from benchmarks.pages.answer import Answer
from benchmarks.pages.grids import list_grids, score_grids
from benchmarks.pages.kinds import KINDS, Kind, compose
from benchmarks.pages.labelled_fields import count_exact, list_fields
from benchmarks.pages.peer import install, read_with_rapidocr
from benchmarks.pages.report import Measured, write_page, write_tables
from benchmarks.pages.score import score_page
from benchmarks.pages.service import find_service, make_clock, read_pictures
from benchmarks.pages.truth import ComposedPage
from benchmarks.pages.writers import load_writers
from benchmarks.recognition import NotServedError
from benchmarks.servers import ROOT
from training.errors import DataUnavailableError
from training.options import DATA_DIR

REPORT = ROOT / "docs" / "pages.md"
SUFFIXES = {"image/png": ".png", "image/jpeg": ".jpg"}

Read = Callable[[Sequence[Path]], Iterator[Answer]]


def compose_pages(options: argparse.Namespace, folder: Path) -> dict[Path, ComposedPage]:
    """The chosen pages, and the file of each."""
    writers = load_writers(options.pen_digits, options.pen_letters, options.data_dir)
    pages: dict[Path, ComposedPage] = {}
    for kind in choose_kinds(options.only):
        print(f"composing: {kind.name}", file=sys.stderr)
        for index in range(kind.pages):
            page = compose(kind, index, writers)
            path = folder / f"{len(pages):04}{SUFFIXES[page.media_type]}"
            path.write_bytes(page.picture)
            pages[path] = page
    return pages


def choose_kinds(words: Sequence[str]) -> list[Kind]:
    """The kinds whose name has one of the words; all if there are no words."""
    return [kind for kind in KINDS if not words or any(word.lower() in kind.name.lower() for word in words)]


def measure(
    name: str, read: Read, pages: dict[Path, ComposedPage], options: argparse.Namespace, keep: Path
) -> Measured:
    """Read everything with one reader. The answers to the composed pages are written into the folder `keep`."""
    measured = Measured()
    print(f"reading: {name}", file=sys.stderr)
    with (keep / f"{name.partition(' ')[0].lower()}.jsonl").open("w") as kept:
        for (path, page), answer in zip(pages.items(), read(list(pages)), strict=True):
            score = score_page(page, answer)
            measured.add_page(page.kind, score, answer)
            truth = {"lines": [line.text for line in page.lines], "tables": [table.cells for table in page.tables]}
            row = {
                "file": path.name,
                "page": page.name,
                "truth": truth,
                "answer": asdict(answer),
                "score": asdict(score),
            }
            kept.write(json.dumps(row) + "\n")
    if options.grids:
        grids = list_grids(options.grids, held_out=options.held_out)
        measured.grids = score_grids(grids, list(read([grid.picture for grid in grids])))
    for folder in options.fields:
        fields = list_fields(folder)
        exact = count_exact(fields, list(read([field.picture for field in fields])))
        measured.fields[folder.name] = exact, len(fields)
    return measured


def measure_slate(pages: dict[Path, ComposedPage], options: argparse.Namespace, keep: Path) -> tuple[Measured, str]:
    """What the service reaches, and a note about its times."""
    with contextlib.nullcontext(options.url) if options.url else running_inference() as url:
        service = None if options.url else find_service()
        clock = make_clock(service)
        list(read_pictures(url, options.model, list(pages)[:3], clock))  # the first requests load what is loaded once
        measured = measure("Slate", lambda paths: read_pictures(url, options.model, paths, clock), pages, options, keep)
    return measured, "processor time of the service" if service else "time until the answer"


def measure_rapidocr(pages: dict[Path, ComposedPage], options: argparse.Namespace, keep: Path) -> dict[str, Measured]:
    """What RapidOCR reaches on the same pictures; fields also without looking for lines first."""
    install()
    whole = measure("RapidOCR", lambda paths: iter(read_with_rapidocr(paths)), pages, options, keep)
    whole.gives_tables = False
    measured = {"RapidOCR": whole}
    if options.fields:
        alone = Measured()
        for folder in options.fields:
            fields = list_fields(folder)
            answers = read_with_rapidocr([field.picture for field in fields], as_line=True)
            alone.fields[folder.name] = count_exact(fields, answers), len(fields)
        measured["RapidOCR, each picture as one line"] = alone
    return measured


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """The options of the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    pen_digits = [Path(path) for path in os.environ.get("PEN_DIGITS", "").split(os.pathsep) if path]
    flag = argparse.BooleanOptionalAction
    parser.add_argument("--url", help="address of a running inference service; without it, one is started")
    parser.add_argument("--model", help="`name` or `name/version` of the model for digits")
    parser.add_argument("--pen-digits", type=Path, nargs="+", default=pen_digits, help="files of pen strokes of digits")
    parser.add_argument("--pen-letters", type=Path, default=os.environ.get("PEN_LETTERS"), help="file of pen letters")
    parser.add_argument("--data-dir", type=Path, default=DATA_DIR, help="folder of MNIST")
    parser.add_argument("--grids", type=Path, help="folder of photographed 9×9 grids: imageN.jpg, imageN.dat")
    parser.add_argument("--held-out", action=flag, default=True, help="read only the grids that are kept from tuning")
    parser.add_argument("--fields", type=Path, nargs="+", default=[], help="folders of pictures with a CSV file,digits")
    parser.add_argument("--rapidocr", action=flag, default=True, help="read the same pictures with RapidOCR")
    parser.add_argument("--only", nargs="+", default=[], metavar="WORD", help="words of the kinds of pages to read")
    parser.add_argument("--keep", type=Path, help="folder in which the pictures and answers are kept")
    return parser.parse_args(arguments)


def run(options: argparse.Namespace, folder: Path) -> dict[str, Measured]:
    """Measure everything, print it, and write the page if no kind was left out."""
    pages = compose_pages(options, folder)
    slate, times = measure_slate(pages, options, folder)
    measured = {"Slate": slate}
    if options.rapidocr:
        try:
            measured |= measure_rapidocr(pages, options, folder)
        except subprocess.CalledProcessError as error:
            print(f"RapidOCR can't be installed here: {error}", file=sys.stderr)
    if not options.only:
        pens = "pen strokes and MNIST" if options.pen_digits else "MNIST alone, as no file of pen strokes was given"
        notes = [f"Times are {times} on one core. The digits are from {pens}."]
        REPORT.write_text(write_page(measured, notes))
    print("\n".join(write_tables(measured)))
    return measured


def main(arguments: list[str] | None = None) -> int:
    """The command. Exit status 1 if data or the service is missing."""
    options = parse(arguments)
    if options.keep:
        options.keep.mkdir(parents=True, exist_ok=True)
    try:
        with contextlib.nullcontext(options.keep) if options.keep else tempfile.TemporaryDirectory() as folder:
            run(options, Path(folder))
    except (DataUnavailableError, NotServedError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
