"""The marks of a page → its numbers, lines and tables. Pure geometry: no pixel is looked at.

`arranging.py` is the entry point. `pencil.py` finds the direction of lines and columns, also on a tilted page and in
perspective; `rows.py` and `strays.py` sort digits into lines, `separators.py` puts separators between them,
`spacing.py` measures what a space is, `numbers.py` splits lines into numbers, and `tables.py` finds rows and columns
with the help of `blocks.py` and `lattice.py`.
"""

from shared.recognition.page.arrangement.arranging import arrange
from shared.recognition.page.arrangement.structure import (
    ArrangedLine,
    ArrangedNumber,
    ArrangedTable,
    Arrangement,
    PlacedSeparator,
)

__all__ = [
    "ArrangedLine",
    "ArrangedNumber",
    "ArrangedTable",
    "Arrangement",
    "PlacedSeparator",
    "arrange",
]
