"""What stands where on a sheet: lines of numbers, tables, boxes, single digits with things beside them,
one number alone, and no digits.

Every layout writes on a sheet and adds its marks. `digit_px` is the usual height of a digit, in pixels of the sheet.
"""

from collections.abc import Callable

from training.rendering.pages.hands import Hands
from training.rendering.pages.ink import Ink
from training.rendering.pages.layouts.alone import write_alone
from training.rendering.pages.layouts.boxes import write_boxes
from training.rendering.pages.layouts.lines import write_lines
from training.rendering.pages.layouts.nothing import write_nothing
from training.rendering.pages.layouts.single import write_single
from training.rendering.pages.layouts.strip import write_strip
from training.rendering.pages.layouts.table import write_table
from training.rendering.pages.sheet import Random, Sheet

Layout = Callable[[Sheet, Hands, Ink, float, Random], None]

LAYOUTS: dict[str, Layout] = {
    "lines": write_lines,
    "strip": write_strip,
    "table": write_table,
    "boxes": write_boxes,
    "single": write_single,
    "alone": write_alone,
    "nothing": write_nothing,
}
