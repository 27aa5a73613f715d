"""Draws pictures that were once read wrongly, by kind: other digits, sizes, places and pens on the same sorts of paper.

Each kind is a function that yields cases; KINDS names them. The same pictures come out every time.
"""

from collections.abc import Callable, Iterator

from tests.kinds.beside import draw_beside
from tests.kinds.boxes import draw_boxes, draw_tables
from tests.kinds.case import Case
from tests.kinds.faint import draw_faint
from tests.kinds.numbers import draw_close_rows, draw_edges, draw_ones, draw_separators, draw_small_zeros, draw_turned

KINDS: dict[str, Callable[[], Iterator[Case]]] = {
    "ones": draw_ones,
    "faint": draw_faint,
    "boxes": draw_boxes,
    "tables": draw_tables,
    "close-rows": draw_close_rows,
    "separators": draw_separators,
    "beside": draw_beside,
    "small-zeros": draw_small_zeros,
    "edges": draw_edges,
    "turned": draw_turned,
}


def draw_all() -> list[Case]:
    """Every case of every kind."""
    return [case for draw in KINDS.values() for case in draw()]
