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
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from benchmarks.inference_service import running_inference
from benchmarks.pages.answer import Answer
from benchmarks.pages.grids import Grid, list_grids, score_grids
from benchmarks.pages.kinds import KINDS, Kind, compose
from benchmarks.pages.labelled_fields import LabelledField, count_exact, list_fields
from benchmarks.pages.peer import install, read_with_rapidocr
from benchmarks.pages.report import Measured, write_page, write_tables
from benchmarks.pages.score import score_page
from benchmarks.pages.service import find_service, make_clock, read_pictures
from benchmarks.pages.truth import ComposedPage
from benchmarks.pages.writers import load_writers
from benchmarks.recognition import NotServedError, find_model
from benchmarks.servers import ROOT
from training.errors import DataUnavailableError
from training.options import DATA_DIR

REPORT = ROOT / "docs" / "pages.md"
SUFFIXES = {"image/png": ".png", "image/jpeg": ".jpg"}

Read = Callable[[Sequence[Path]], Iterator[Answer]]


@dataclass(frozen=True)
class Pictures:
    """What is read: composed pages by their files, photographs of grids, and labelled fields by their folders."""

    pages: dict[Path, ComposedPage]
    grids: list[Grid]
    fields: dict[str, list[LabelledField]]


def collect_pictures(options: argparse.Namespace, folder: Path) -> Pictures:
    """List the real pictures, then compose pages into `folder`. DataUnavailableError if something is missing."""
    grids = list_grids(options.grids, held_out=options.held_out) if options.grids else []
    fields = {path.name: list_fields(path) for path in options.fields}
    writers = load_writers(options.pen_digits, options.pen_letters, options.data_dir)
    pages: dict[Path, ComposedPage] = {}
    for kind in choose_kinds(options.only):
        print(f"composing: {kind.name}", file=sys.stderr)
        for index in range(kind.pages):
            page = compose(kind, index, writers)
            path = folder / f"{len(pages):04}{SUFFIXES[page.media_type]}"
            path.write_bytes(page.picture)
            pages[path] = page
    return Pictures(pages, grids, fields)


def choose_kinds(words: Sequence[str]) -> list[Kind]:
    """The kinds whose name has one of the words; all if there are no words."""
    return [kind for kind in KINDS if not words or any(word.lower() in kind.name.lower() for word in words)]


def measure(pictures: Pictures, read: Read, answers: Path) -> Measured:
    """Read everything with one reader. The answers to the composed pages go into the file `answers`."""
    measured = Measured()
    pages = pictures.pages
    with answers.open("w") as kept:
        for (path, page), answer in zip(pages.items(), read(list(pages)), strict=True):
            score = score_page(page, answer)
            measured.add_page(page.kind, score, answer)
            kept.write(json.dumps(describe(path, page, answer) | {"score": asdict(score)}) + "\n")
    if pictures.grids:
        grids = list(read([grid.picture for grid in pictures.grids]))
        measured.grids = score_grids(pictures.grids, grids)
    measured.fields = measure_fields(pictures, read)
    return measured


def measure_fields(pictures: Pictures, read: Read) -> dict[str, tuple[int, int]]:
    """Exact fields and all fields of each folder."""
    return {
        name: (count_exact(fields, list(read([field.picture for field in fields]))), len(fields))
        for name, fields in pictures.fields.items()
    }


def describe(path: Path, page: ComposedPage, answer: Answer) -> dict[str, object]:
    """A page and the answer to it, for a person who looks for mistakes."""
    truth = {"lines": [line.text for line in page.lines], "tables": [table.cells for table in page.tables]}
    return {"file": path.name, "page": page.name, "truth": truth, "answer": asdict(answer)}


def measure_slate(pictures: Pictures, options: argparse.Namespace, folder: Path) -> tuple[Measured, str]:
    """What the service reaches, and what its times are. NotServedError if it is not there."""
    with contextlib.nullcontext(options.url) if options.url else running_inference() as url:
        find_model(url, options.model)
        service = None if options.url else find_service()
        read = partial(read_pictures, url, options.model, make_clock(service))
        list(read(list(pictures.pages)[:3]))  # the first requests load what is loaded once
        print("reading: Slate", file=sys.stderr)
        measured = measure(pictures, read, folder / "slate.jsonl")
    return measured, "processor time of the service" if service else "time until the answer"


def measure_rapidocr(pictures: Pictures, folder: Path) -> dict[str, Measured]:
    """What RapidOCR reaches with the same pictures; with fields also if it takes each for one line."""
    install()
    print("reading: RapidOCR", file=sys.stderr)
    whole = measure(pictures, read_with_rapidocr, folder / "rapidocr.jsonl")
    whole.gives_tables = False
    if not pictures.fields:
        return {"RapidOCR": whole}
    as_lines = Measured(fields=measure_fields(pictures, partial(read_with_rapidocr, as_line=True)))
    return {"RapidOCR": whole, "RapidOCR, each picture as one line": as_lines}


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """The options of the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    pen_digits = [Path(path) for path in os.environ.get("PEN_DIGITS", "").split(",") if path]
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


def run(options: argparse.Namespace, folder: Path) -> None:
    """Measure everything, print it, and write the page if no kind was left out."""
    pictures = collect_pictures(options, folder)
    slate, times = measure_slate(pictures, options, folder)
    measured = {"Slate": slate}
    if options.rapidocr:
        try:
            measured |= measure_rapidocr(pictures, folder)
        except subprocess.CalledProcessError as error:
            print(f"RapidOCR can't be installed here: {error}", file=sys.stderr)
    if not options.only:
        pens = "pen strokes and MNIST" if options.pen_digits else "MNIST alone, as no file of pen strokes was given"
        notes = [f"Times are {times} on one core. The digits are from {pens}."]
        REPORT.write_text(write_page(measured, notes))
    print("\n".join(write_tables(measured)))


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
