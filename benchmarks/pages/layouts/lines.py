"""Lines of numbers: on a whole page, in a strip cut out of a form, behind printed labels, in rows that nearly touch."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from benchmarks.pages.draft import Block, Draft, join_line, write_block
from benchmarks.pages.hand import Hand, Style, crop
from benchmarks.pages.layouts.plan import Plan, choose_style
from benchmarks.pages.texts import make_count, make_digits, make_label, make_separated
from benchmarks.pages.truth import Line, Sign
from benchmarks.pages.writers import Writers, print_words
from training.rendering.pages.sheet import Random, paste_mask

MARGIN = 0.9  # of a digit's height, around the page
BETWEEN = (1.3, 2.6)  # digits' heights between two numbers of a line
MakeText = Callable[[Random], str]


@dataclass(frozen=True)
class WriteLines:
    """Fills a page with at most `lines` lines of one to `numbers` numbers.

    `gap` is that between digits and `pen` its width, as shares of the digits' height. With `labels` a word is printed
    before each line.
    """

    make_text: MakeText = make_count
    numbers: int = 3
    lines: int = 10
    gap: tuple[float, float] = (0.1, 0.35)
    pen: tuple[float, float] = (0.05, 0.15)
    labels: bool = False

    def __call__(self, draft: Draft, writers: Writers, plan: Plan, random: Random) -> None:
        """Write the lines, all by one person, with one pen."""
        hand, style = writers.pick(random), choose_style(random, self.gap, self.pen)
        font, margin = writers.pick_font(random), MARGIN * plan.digit_px
        for row in range(min(self.lines, int((draft.height - 2 * margin) / plan.pitch))):
            baseline = margin + (row + 0.75) * plan.pitch
            left = margin + random.uniform(0, 2) * plan.digit_px
            if self.labels:
                mask = print_words(make_label(random), font, plan.digit_px * 0.75)
                draft.print_mask(mask, margin, baseline - mask.shape[0])
                left = margin + mask.shape[1] + plan.digit_px * random.uniform(0.7, 1.5)
            self._write_line(draft, hand, style, (left, baseline, draft.width - margin), plan.digit_px, random)

    def _write_line(
        self, draft: Draft, hand: Hand, style: Style, span: tuple[float, float, float], size: float, random: Random
    ) -> None:
        """Write numbers between two places (left, baseline, right) as far as there is room."""
        left, baseline, right = span
        parts: list[tuple[str, list[Sign]]] = []
        for _ in range(int(random.integers(1, self.numbers + 1))):
            block = write_block(self.make_text(random), hand, style, size, random)
            if left + block.width > right:
                break
            parts.append((block.text, draft.place(block, left, baseline - block.baseline)))
            left += block.width + size * random.uniform(*BETWEEN)
        if parts:
            draft.lines.append(join_line(parts))


def write_strip(draft: Draft, writers: Writers, plan: Plan, random: Random, make_text: MakeText = make_count) -> None:
    """One number in the middle of a strip, as high as most of the strip; now and then a printed sign before it."""
    hand, style = writers.pick(random), choose_style(random)
    block = _fit(make_text(random), hand, style, (draft.width * 0.92, draft.height * 0.86), plan.digit_px, random)
    left = random.uniform(0.03, 0.97) * (draft.width - block.width)
    top = (draft.height - block.height) / 2 + random.uniform(-0.04, 0.04) * draft.height
    signs = draft.place(block, left, top)
    draft.lines.append(Line(block.text, tuple(signs)))
    word = print_words(make_label(random), writers.pick_font(random), plan.digit_px * 0.55)
    if random.random() < 0.3 and word.shape[1] + plan.digit_px < left:
        draft.print_mask(word, left - word.shape[1] - 0.6 * plan.digit_px, top + block.height - word.shape[0])


def _fit(text: str, hand: Hand, style: Style, room: tuple[float, float], size: float, random: Random) -> Block:
    """A number that is no larger than `room` (width, height), with digits at most `size` pixels high."""
    while True:
        block = write_block(text, hand, style, size, random)
        if block.width <= room[0] and block.height <= room[1]:
            return block
        size *= 0.93


def write_close_rows(draft: Draft, writers: Writers, plan: Plan, random: Random) -> None:
    """Rows of digits that are apart by 6 to 15 % of their height: the ink of no row reaches into the next."""
    hand, style = writers.pick(random), replace(choose_style(random), size_jitter=0.0, wobble=0.0, rise=0.0)
    top = float(MARGIN * plan.digit_px)
    gap = plan.digit_px * random.uniform(0.06, 0.15)
    for _ in range(int(random.integers(2, 6))):
        block = write_block(make_digits(int(random.integers(3, 8)), random), hand, style, plan.digit_px, random)
        if top + block.height > draft.height - 2 or block.width > draft.width - 2 * plan.digit_px:
            continue
        draft.lines.append(Line(block.text, tuple(draft.place(block, plan.digit_px, top))))
        top += block.height + gap


def write_over_ghosts(draft: Draft, writers: Writers, plan: Plan, random: Random) -> None:
    """Lines of numbers, with erased digits or a large pale word around and under them."""
    WriteLines(lines=4)(draft, writers, plan, random)
    if random.random() < 0.3:
        word = print_words("COPY", writers.pick_font(random), draft.height * 0.3)
        paste_mask(draft.faint, word, (draft.width - word.shape[1]) // 2, (draft.height - word.shape[0]) // 2)
        return
    hand, style = writers.pick(random), choose_style(random)
    for _ in range(int(random.integers(2, 6))):
        ghost = crop(write_block(make_digits(2, random), hand, style, plan.digit_px, random).mask)
        x, y = random.uniform(0, 0.8, 2) * (draft.width, draft.height)
        paste_mask(draft.faint, ghost, round(x), round(y))


def write_with_separators(draft: Draft, writers: Writers, plan: Plan, random: Random) -> None:
    """Lines of decimal numbers, dates and times."""
    WriteLines(make_separated, numbers=2)(draft, writers, plan, random)
