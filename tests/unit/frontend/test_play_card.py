"""The card to share: a picture of the player's own drawings, in the page's font and colours."""

import io

import numpy as np
from PIL import Image

from services.frontend.session.sheet import SLATE
from services.frontend.views.api.example_drawing import draw_example
from services.frontend.views.play.card import MARGIN, SIDE, TILE, Card, Tile, draw_card
from services.frontend.views.play.result import PREVIEW_PX, write_preview


def open_card(*tiles: Tile, result: str = "23.4 s") -> np.ndarray:
    card = draw_card(Card("Ten digits against the clock", result, "10 of 10 digits", tiles))
    with Image.open(io.BytesIO(card)) as picture:
        assert (picture.format, picture.size) == ("PNG", (SIDE, SIDE))
        return np.asarray(picture.convert("L"), int)


def test_the_drawings_are_on_the_card() -> None:
    tile = slice(540, 540 + TILE), slice(MARGIN, MARGIN + TILE)
    drawn, skipped, empty = (
        open_card(Tile(draw_example(), 7, "1.0 s"))[tile],
        open_card(Tile(None, 7, ""))[tile],
        open_card()[tile],
    )
    assert drawn.max() == 255  # chalk
    slate = Image.new("RGB", (1, 1), SLATE).convert("L").getpixel((0, 0))
    assert np.isclose(np.median(drawn), slate, atol=1)
    assert drawn.mean() > skipped.mean() > empty.mean()


def test_a_full_card_stays_inside_its_margins() -> None:
    card = open_card(*[Tile(draw_example(), 7, "1000.0 s")] * 11, result="1000.0 s")
    background = card[0, 0]
    for edge in (card[: MARGIN // 2], card[-MARGIN // 2 :], card[:, : MARGIN // 2], card[:, -MARGIN // 2 :]):
        assert (edge == background).all()


def test_the_preview_is_small() -> None:
    card = draw_card(Card("Title", "once", "", [Tile(draw_example(), 7, "")]))
    assert PREVIEW_PX < SIDE
    assert len(write_preview(card)) < 40_000
