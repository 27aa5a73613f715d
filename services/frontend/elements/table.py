"""A table as HTML, for numbers that a chart shows too and for those that none does."""

from collections.abc import Sequence
from html import escape


def table_html(caption: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """The first cell of a row names it. Where it is wider than the page it scrolls by itself."""
    columns = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    body = "".join(_row_html(row) for row in rows)
    return (
        f'<div class="table" role="region" tabindex="0" aria-label="{escape(caption)}"><table>'
        f"<caption>{escape(caption)}</caption><thead><tr>{columns}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def folded_table_html(caption: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """The same under a line that opens it: what a chart shows, for who can't see it or wants the numbers."""
    summary = f"<summary>{escape(caption)}, as a table</summary>"
    return f'<details class="numbers">{summary}{table_html(caption, head, rows)}</details>'


def _row_html(row: Sequence[str]) -> str:
    first, *rest = row
    cells = "".join(f"<td>{escape(cell)}</td>" for cell in rest)
    return f'<tr><th scope="row">{escape(first)}</th>{cells}</tr>'
