"""The tables of the benchmark have every figure, and a dash where there is nothing to count."""

import json

from benchmarks.pages.answer import make_text_answer
from benchmarks.pages.grids import GridScore
from benchmarks.pages.peer import parse_answer
from benchmarks.pages.report import HEADS, Measured, summarise, write_kinds, write_page, write_real
from benchmarks.pages.score import Score
from benchmarks.pages.truth import Sign

PLAIN = Score(
    pages=2, upright=2, lines=10, exact_lines=9, typed_lines=8, digits=50, missed=1, wrong=2, invented=3,
    separators=4, right_separators=3, cells=20, right_cells=19, tables=2, whole_tables=1,
)  # fmt: skip
RULED = Score(pages=2, upright=1, lines=10, exact_lines=5, typed_lines=5, digits=40)
WORDS = Score(pages=4, upright=4, invented=2)


def make_measured(*, gives_tables: bool = True) -> Measured:
    scores = {"plain": PLAIN, "ruled": RULED, "words": WORDS}
    ms = {"plain": [10.0, 20.0], "ruled": [30.0, 40.0], "words": [5.0] * 4}
    return Measured(scores, ms, GridScore(10, 5, 810, 800, 805), {"fields": (30, 40)}, gives_tables)


def read_row(kind: str, measured: Measured) -> dict[str, str]:
    """The cells of a row by their heads."""
    rows = [row.strip("| ").split(" | ") for row in write_kinds(measured)]
    return dict(zip(HEADS, next(row for row in rows if row[0] == kind), strict=True))


def test_a_row_has_every_figure_of_its_kind() -> None:
    assert read_row("plain", make_measured()) == {
        "kind of page": "plain", "pages": "2", "lines": "10", "exact lines": "90.0%", "95 % interval": "59.6% to 98.2%",
        "as typed": "80.0%", "missed": "2.0%", "wrong": "4.0%", "invented a page": "1.50", "separators": "75.0%",
        "cells": "95.0%", "whole tables": "50.0%", "upright": "100.0%", "ms": "15", "p95 ms": "20",
    }  # fmt: skip


def test_the_last_row_is_of_all_pages_with_digits() -> None:
    row = read_row("all with digits", make_measured())
    assert (row["pages"], row["exact lines"], row["ms"]) == ("4", "70.0%", "25")


def test_what_can_not_be_counted_is_a_dash() -> None:
    row = read_row("words", make_measured())
    assert {row[head] for head in ("exact lines", "95 % interval", "missed", "separators", "cells")} == {"–"}
    assert row["invented a page"] == "0.50"


def test_a_reader_that_gives_no_tables_is_not_judged_by_them() -> None:
    row = read_row("plain", make_measured(gives_tables=False))
    assert (row["cells"], row["whole tables"]) == ("–", "–")


def test_the_worst_kind_and_the_invented_digits_are_said() -> None:
    worst, invented = summarise(make_measured())
    assert worst == "Worst kind: ruled, 50.0% of the lines."
    assert invented == "On 4 pages without digits: 0.50 digits invented a page."


def test_real_pictures_are_listed_for_each_reader() -> None:
    rows = [row.strip("| ").split(" | ") for row in write_real({"Slate": make_measured()})][2:]
    assert [row[2:4] for row in rows] == [
        ["digits found, wherever", "99.4%"],
        ["digits in their places", "98.8%"],
        ["whole grids", "50.0%"],
        ["exact digit strings", "75.0%"],
    ]


def test_the_page_names_the_command_the_readers_and_the_notes() -> None:
    page = write_page({"Slate": make_measured(), "RapidOCR": make_measured()}, ["A note."])
    assert page.startswith("# Pages, measured\n\n`make benchmark-pages` wrote this on ")
    assert all(text in page for text in ("\nA note.\n", "\n## Slate\n", "\n## RapidOCR\n", "\n## Real pictures\n"))


def test_a_line_of_another_reader_counts_only_if_it_has_digits() -> None:
    box = (0, 0, 1, 1)
    answer = make_text_answer([("Total", ()), ("a 12", (Sign("1", box), Sign("2", box)))], 3.0)
    assert (answer.digits, answer.lines, answer.ms) == ("12", ("a 12",), 3.0)


def test_the_output_of_the_other_reader_is_parsed_without_its_letters() -> None:
    signs = [["x", 0, 0, 9, 9], ["1", 9, 0, 15, 9], [",", 15, 6, 18, 11]]
    answer = parse_answer(json.dumps({"ms": 7.5, "lines": [{"text": "x1,", "signs": signs}]}))
    assert answer.signs == (Sign("1", (9, 0, 15, 9)), Sign(",", (15, 6, 18, 11)))
    assert (answer.lines, answer.turns, answer.tables) == (("x1,",), 0, ())
