"""The kinds of test pages, each a paper, a layout and a camera, and how one page of a kind is composed."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from zlib import crc32

import numpy as np

from benchmarks.pages import papers
from benchmarks.pages.camera import Camera, encode, move_box, photograph, scan, take_screenshot
from benchmarks.pages.draft import Draft, Ink, start_draft
from benchmarks.pages.layouts.boxes import write_boxes
from benchmarks.pages.layouts.lines import (
    WriteLines,
    write_close_rows,
    write_over_ghosts,
    write_strip,
    write_with_separators,
)
from benchmarks.pages.layouts.nothing import draw_pictures, print_empty_form, print_text
from benchmarks.pages.layouts.plan import Layout, Plan, Range
from benchmarks.pages.layouts.single import write_single
from benchmarks.pages.layouts.tables import write_grid, write_table
from benchmarks.pages.papers import Paper
from benchmarks.pages.texts import make_amount, make_digits, pick
from benchmarks.pages.truth import ComposedPage, move_line, move_table
from benchmarks.pages.writers import Writers
from training.rendering.pages.sheet import Random, choose


@dataclass(frozen=True)
class Kind:
    """How pages of one kind look: digits' heights in pixels, and the page and its lines in heights of its digits.

    `turns` are the anticlockwise quarter turns of which each page gets one. `size_px` replaces `width` and `height`.
    """

    name: str
    layout: Layout
    papers: Sequence[Paper] = (papers.make_plain,)
    cameras: Sequence[Camera] = (scan, photograph)
    digit_px: Range = (28, 64)
    width: Range = (16, 26)
    height: Range = (11, 24)
    pitch: Range = (1.5, 2.4)  # between two baselines
    ink: Range = (0.8, 1.0)
    grain: float = 0.0
    ink_level: float = 0.0
    turns: Sequence[int] = (0,)
    pages: int = 12
    size_px: tuple[int, int] | None = None  # width, height
    has_digits: bool = True


STRIP = partial(Kind, digit_px=(22, 90), width=(5.5, 9), height=(1.25, 1.7), pages=32)
ALONE = partial(Kind, digit_px=(40, 260), width=(1.9, 3.2), height=(1.9, 3.2), pages=32)
EMPTY = partial(Kind, has_digits=False, pages=16)
HUGE = partial(Kind, cameras=[photograph], digit_px=(90, 140), pitch=(2, 3.6), size_px=(4000, 3000), pages=6)
COMMON_PAPERS = (papers.make_plain, papers.make_ruled, papers.make_squared, papers.make_dotted)

KINDS = (
    Kind("plain paper", WriteLines()),
    Kind("ruled paper", WriteLines(), [papers.make_ruled]),
    Kind("squared paper", WriteLines(), [papers.make_squared]),
    Kind("dotted paper", WriteLines(), [papers.make_dotted]),
    Kind("patterned paper", WriteLines(make_amount), [papers.make_patterned]),
    STRIP("fields, plain", partial(write_strip, make_text=make_amount), [papers.make_flat, papers.make_plain], [scan]),
    STRIP("fields, patterned", partial(write_strip, make_text=make_amount), [papers.make_patterned], [scan]),
    Kind("boxes and combs", write_boxes),
    Kind("tables", write_table, COMMON_PAPERS, digit_px=(28, 50)),
    Kind("9×9 grids", write_grid, width=(16, 22), height=(17, 22), digit_px=(28, 60)),
    ALONE("single digits, circled or beside things", write_single, COMMON_PAPERS),
    Kind("decimals, dates, times", write_with_separators, COMMON_PAPERS[:2]),
    Kind("touching digits", WriteLines(numbers=2, gap=(-0.025, 0.01), pen=(0.05, 0.11)), COMMON_PAPERS[:2]),
    Kind("close rows", write_close_rows, [papers.make_flat, papers.make_plain], width=(8, 10), height=(4, 8), pages=20),
    Kind("among printed labels", WriteLines(labels=True), COMMON_PAPERS[:2]),
    Kind(
        "faint guides, flat paper", WriteLines(lines=4), [papers.make_faint_guides], [take_screenshot], height=(5, 10)
    ),
    Kind("erased digits, flat paper", write_over_ghosts, [papers.make_flat], [take_screenshot], height=(6, 12)),
    Kind("pencil", WriteLines(pen=(0.07, 0.12)), COMMON_PAPERS[:2], ink=(0.5, 0.7), grain=0.45, ink_level=40),
    Kind("chalk", WriteLines(lines=5), [papers.make_dark], ink=(0.75, 0.95), grain=0.4, ink_level=235),
    Kind("screenshots", WriteLines(), [papers.make_flat], [take_screenshot]),
    Kind("on its side or upside down", WriteLines(), COMMON_PAPERS, turns=(1, 2, 3), pages=18),
    HUGE("photographs of 12 megapixels", WriteLines(partial(make_digits, 4), numbers=4, lines=5), COMMON_PAPERS[:2]),
    EMPTY("no digits: words", print_text, COMMON_PAPERS),
    EMPTY("no digits: drawings", draw_pictures, COMMON_PAPERS),
    EMPTY("no digits: empty forms", print_empty_form, [papers.make_plain, papers.make_patterned]),
)


def compose(kind: Kind, index: int, writers: Writers) -> ComposedPage:
    """Page number `index` of a kind: the same in every run with the same writers."""
    random = np.random.default_rng([crc32(kind.name.encode()), index])
    draft, ink = _write(kind, writers, random)
    shot = kind.cameras[index % len(kind.cameras)](draft.apply(ink, random), random)
    turns = kind.turns[index % len(kind.turns)]
    picture, media_type = encode(shot, turns, random)
    move = partial(move_box, matrix=shot.matrix)
    return ComposedPage(
        kind.name,
        f"{kind.name} {index}",
        picture,
        media_type,
        draft.width,
        draft.height,
        turns,
        tuple(move_line(line, move) for line in draft.lines),
        tuple(move_table(table, move) for table in draft.tables),
    )


def _write(kind: Kind, writers: Writers, random: Random) -> tuple[Draft, Ink]:
    """A page with everything on it, and its ink. A page without digits is written again if a kind promises some."""
    while True:
        digit_px = pick(*kind.digit_px, random)
        plan = Plan(digit_px, digit_px * random.uniform(*kind.pitch))
        width, height = kind.size_px or (round(digit_px * random.uniform(*side)) for side in (kind.width, kind.height))
        paper = choose(kind.papers, random)(height, width, plan.pitch, random)
        draft = start_draft(paper)
        kind.layout(draft, writers, plan, random)
        if draft.lines or not kind.has_digits:
            frame = float(random.uniform(0.35, 1.0))
            return draft, Ink(float(random.uniform(*kind.ink)), frame, kind.ink_level, kind.grain)
