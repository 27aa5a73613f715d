"""The table that a refinement prints: for each slice what was right before and after, and whether that is noise."""

from collections.abc import Sequence

from training.evaluation.paired import Comparison

HEADINGS = ("slice", "examples", "before", "after", "difference", "95 % interval", "")


def make_table(comparisons: Sequence[Comparison]) -> str:
    """Return the table as aligned text. All figures but the examples are per cent and points of per cent."""
    rows = [HEADINGS, *(describe(part) for part in comparisons)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    return "\n".join(align(row, widths) for row in rows)


def describe(part: Comparison) -> tuple[str, ...]:
    """Return the cells of one row."""
    low, high = part.interval
    return (
        part.name,
        f"{len(part.before):,}",
        f"{100 * part.before.mean():.2f} %",
        f"{100 * part.after.mean():.2f} %",
        f"{100 * part.difference:+.2f}",
        f"{100 * low:+.2f} to {100 * high:+.2f}",
        part.change,
    )


def align(row: Sequence[str], widths: Sequence[int]) -> str:
    """Names and words to the left, figures to the right."""
    first, *figures, last = row
    cells = [first.ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(figures, widths[1:-1], strict=True))]
    return "  ".join([*cells, last]).rstrip()
