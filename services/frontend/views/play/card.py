"""The result of a game as a picture to share: the player's own drawings on a card, in the colours of the canvas."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from services.frontend.elements.data_uri import encode
from services.frontend.session.sheet import CHALK, SLATE

FONT = Path(__file__).parents[2] / "static" / "inter.woff2"
SIDE, MARGIN = 1080, 72  # pixels
COLUMNS, GAP, RADIUS = 5, 24, 28
TILE = (SIDE - 2 * MARGIN - (COLUMNS - 1) * GAP) // COLUMNS
BACKGROUND, ACCENT, QUIET = "#151918", "#7FC8B2", "#A9B3AD"
LINE = 40  # pixels of a caption below a tile


@dataclass(frozen=True)
class Tile:
    """A drawing, the PNG of the canvas, and a few words below it. Without a drawing the digit is shown in grey."""

    drawing: bytes | None
    digit: int
    caption: str


@dataclass(frozen=True)
class Card:
    """`title` is a short line, `result` the large one, `note` a sentence below it. At most ten tiles."""

    title: str
    result: str
    note: str
    tiles: Sequence[Tile]


def draw_card(card: Card) -> bytes:
    """The card as a PNG file, 1080 × 1080 pixels."""
    picture = Image.new("RGB", (SIDE, SIDE), BACKGROUND)
    pen = ImageDraw.Draw(picture)
    pen.text((MARGIN, MARGIN), "Slate", ACCENT, load_font(44, 750))
    pen.text((SIDE - MARGIN, MARGIN), card.title, QUIET, load_font(40, 500), anchor="ra")
    pen.text((MARGIN, 290), card.result, CHALK, load_font(200, 800), anchor="lm")
    pen.text((MARGIN, 450), card.note, QUIET, load_font(40, 500), anchor="lm")
    for place, tile in enumerate(card.tiles[: 2 * COLUMNS]):
        row, column = divmod(place, COLUMNS)
        draw_tile(picture, tile, MARGIN + column * (TILE + GAP), 540 + row * (TILE + GAP + LINE))
    return encode(picture)


def draw_tile(card: Image.Image, tile: Tile, left: int, top: int) -> None:
    """One drawing with round corners and its caption."""
    pen = ImageDraw.Draw(card)
    box = (left, top, left + TILE, top + TILE)
    middle = (left + TILE // 2, top + TILE // 2)
    if tile.drawing is None:
        pen.rounded_rectangle(box, RADIUS, outline=SLATE, width=4)
        pen.text(middle, str(tile.digit), QUIET, load_font(80, 500), anchor="mm")
    else:
        mask = Image.new("L", (TILE, TILE))
        ImageDraw.Draw(mask).rounded_rectangle((0, 0, TILE - 1, TILE - 1), RADIUS, fill=255)
        with Image.open(BytesIO(tile.drawing), formats=["PNG"]) as drawing:
            small = drawing.convert("RGB").resize((TILE, TILE), Image.Resampling.LANCZOS)
        card.paste(small, (left, top), mask)
    pen.text((middle[0], top + TILE + LINE // 2 + 4), tile.caption, QUIET, load_font(30, 500), anchor="mm")


def load_font(size: int, weight: int) -> ImageFont.FreeTypeFont:
    """The font of the page, in pixels."""
    font = ImageFont.truetype(FONT, size)
    font.set_variation_by_axes([weight])
    return font
