"""What is on the canvas, as far as the page and the browser agree about it.

The page puts strokes on the canvas by giving it others to start from. A new canvas would be simpler, but it would stand
beside the old one until the run ends.
"""

import secrets
from dataclasses import dataclass, field

from services.frontend.session.sheet import FabricJson, Sheet, Strokes, get_latest_sheet, is_canvas_on_page, is_same


@dataclass
class OnCanvas:
    """The browser answers `initial` with the strokes that it then shows.

    Until then, the strokes that it sent before, `outdated`, are ignored, and so are answers to earlier `starts`.
    """

    drawing: bytes | None = None  # PNG; None if the canvas is empty, or if the browser has not sent it yet
    strokes: Strokes = field(default_factory=list)
    initial: FabricJson | None = None
    outdated: Strokes | None = None
    starts: list[Strokes] = field(default_factory=list)

    def restore(self) -> None:
        """Puts the drawing back on the canvas after a visit to another page."""
        if not is_canvas_on_page() and self.strokes != (self.initial or {"objects": []})["objects"]:
            self.start_canvas(self.strokes)

    def start_canvas(self, strokes: Strokes) -> None:
        """Puts strokes on the canvas. It draws `initial` again only when that differs from the last one."""
        latest = get_latest_sheet()
        self.outdated = None if latest is None else latest.strokes
        self.strokes, self.starts = strokes, [*self.starts, strokes]
        self.initial = {"objects": strokes, "edit": secrets.token_hex(8)}

    def is_overtaken(self, sheet: Sheet) -> bool:
        """Whether the browser sent it before it showed the last start."""
        is_answer = [is_same(sheet.strokes, start) for start in self.starts]
        return is_same(sheet.strokes, self.outdated) or (any(is_answer) and not is_answer[-1])
