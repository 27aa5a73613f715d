"""HTML tables: for numbers without a chart, and as the accessible form of a chart."""

from collections.abc import Sequence
from html import escape


def table_html(caption: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """The first cell of each row is its heading. A table that is wider than the page scrolls by itself."""
    columns = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    body = "".join(_row_html(row) for row in rows)
    return (
        f'<div class="table" role="region" tabindex="0" aria-label="{escape(caption)}"><table>'
        f"<caption>{escape(caption)}</caption><thead><tr>{columns}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def folded_table_html(caption: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table that opens when its caption is clicked."""
    summary = f"<summary>{escape(caption)} (table)</summary>"
    return f'<details class="numbers">{summary}{table_html(caption, head, rows)}</details>'


def _row_html(row: Sequence[str]) -> str:
    first, *rest = row
    cells = "".join(f"<td>{escape(cell)}</td>" for cell in rest)
    return f'<tr><th scope="row">{escape(first)}</th>{cells}</tr>'
