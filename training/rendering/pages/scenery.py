"""What stands on pages beside numbers: printed and written words, drawings, blots. The reader must leave it out."""

import string
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from training.rendering.pages.fonts import print_text
from training.rendering.pages.hands import Hands
from training.rendering.pages.pictures import draw_picture
from training.rendering.pages.sheet import Layer, Points, Random, choose, draw_strokes, paste_mask

# Words of forms in several languages, and words whose letters look like digits.
WORDS = (
    *("total", "date", "name", "sum", "amount", "street", "city", "number", "score", "points", "team", "Sudoku"),
    *("page", "signature", "account", "bank", "pay", "the", "order", "of", "Datum", "Name", "Betrag", "Summe"),
    *("Zeile", "Ort", "Strasse", "Konto", "Jahr", "Monat", "Tag", "Punkte", "fecha", "nombre", "cantidad", "valor"),
    *("banco", "firma", "la", "de", "les", "pour", "chaque", "ligne", "nom", "prix", "moyen", "facile", "niveau"),
    *("Superieur", "Oslo", "Soll", "ZEBRA", "BILL", "LOGO", "OSSO", "Iglo", "lilo", "Solo", "SIZE", "ISO", "COPY"),
    *("DRAFT", "PAID", "VOID", "sample", "invoice", "Stück", "Menge", "Preis", "EUR", "USD", "CHF", "kg", "cm", "ml"),
    *("No.", "Nr.", "Tel.", "fax", "http", "Quiz", "Zoll", "Bis", "gig"),
)
LONGEST = 40  # characters of printed words
TICK = np.array([(-0.4, 0), (-0.1, 0.4), (0.6, -0.6)])


def print_words(layer: Layer, hands: Hands, start: tuple[float, float], height: float, random: Random) -> float:
    """One to three words from `start` (left, baseline) on, printed or written. Returns where they end, in pixels."""
    if hands.letters and random.random() < 0.35:
        return _write_letters(layer, hands, start, height, random)
    words = [WORDS[index] for index in random.integers(0, len(WORDS), int(random.integers(1, 4))).tolist()]
    if random.random() < 0.25:
        words = ["".join(random.choice(list(string.ascii_letters), int(random.integers(3, 10))))]
    text = " ".join(words)
    text = text.upper() if random.random() < 0.3 else text
    return _print_text(layer, hands, text[:LONGEST], start, height * random.uniform(0.9, 1.4), random)


def print_one_word(layer: Layer, hands: Hands, start: tuple[float, float], height: float, random: Random) -> float:
    """One printed word from `start` (left, baseline) on. Returns where it ends, in pixels."""
    return _print_text(layer, hands, choose(WORDS, random), start, height, random)


def _print_text(
    layer: Layer, hands: Hands, text: str, start: tuple[float, float], size: float, random: Random
) -> float:
    mask = print_text(text, choose(hands.fonts, random), max(6, 2 * round(size / 2)))  # few sizes
    paste_mask(layer, mask, round(start[0]), round(start[1] - mask.shape[0]))
    return start[0] + float(mask.shape[1])


def draw_scenery(layer: Layer, hands: Hands, place: tuple[float, float], size: float, random: Random) -> None:
    """A doodle, a drawing, a blot, a tick or a letter around `place`, `size` pixels large."""
    kind = random.random()
    if kind < 0.26 and hands.doodles:
        _draw_strokes(layer, choose(hands.doodles, random), place, size, random)
    elif kind < 0.5:
        _draw_strokes(layer, draw_picture(random), place, size * random.uniform(1.0, 1.6), random)
    elif kind < 0.7 and len(hands.drawings):
        _paste_drawing(layer, hands, place, size, random)
    elif kind < 0.77:
        _draw_blot(layer, place, size, random)
    elif kind < 0.84:
        tick: Points = np.asarray(TICK * size * random.uniform(0.5, 1.2) + place, np.float32)
        draw_strokes(layer, [tick], max(1.0, size * random.uniform(0.05, 0.15)))
    elif hands.letters:
        _write_letters(layer, hands, (place[0] - size / 2, place[1] + size / 2), size, random)


def _write_letters(layer: Layer, hands: Hands, start: tuple[float, float], height: float, random: Random) -> float:
    """A made-up word of pen letters. Returns where it ends."""
    x, baseline = start
    pen = max(1.0, height * random.uniform(0.04, 0.14))
    for _ in range(int(random.integers(1, 8))):
        end = write_letter(layer, choose(hands.letters, random), (x, baseline), height, pen)
        x = end + height * float(random.uniform(0.1, 0.35))
    return x


def write_letter(
    layer: Layer, strokes: Sequence[Points], start: tuple[float, float], height: float, pen_px: float
) -> float:
    """One pen letter, about 1 high, from `start` (left, baseline) on. Returns where it ends, in pixels."""
    placed = [np.asarray(stroke * height + (start[0], start[1] - height), np.float32) for stroke in strokes]
    draw_strokes(layer, placed, pen_px)
    return max(float(stroke[:, 0].max()) for stroke in placed)


def _draw_strokes(
    layer: Layer, strokes: Sequence[Points], place: tuple[float, float], size: float, random: Random
) -> None:
    placed = [np.asarray((stroke - 0.5) * size + place, np.float32) for stroke in strokes]
    draw_strokes(layer, placed, max(1.0, size * random.uniform(0.015, 0.12)))


def _paste_drawing(layer: Layer, hands: Hands, place: tuple[float, float], size: float, random: Random) -> None:
    image = hands.drawings[random.integers(len(hands.drawings))]
    side = max(8, round(size * random.uniform(1.0, 2.0)))
    grey = cv2.resize(image, (side, side), interpolation=cv2.INTER_LINEAR).astype(np.float32)
    mask = np.asarray(((grey - random.uniform(0, 100)) * random.uniform(1, 3)).clip(0, 255), np.uint8)
    paste_mask(layer, mask, round(place[0] - side / 2), round(place[1] - side / 2))


def _draw_blot(layer: Layer, place: tuple[float, float], size: float, random: Random) -> None:
    angle = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    reach = size * random.uniform(0.1, 0.5) * (1 + random.normal(0, 0.12, 24))
    x, y = place[0] + reach * np.cos(angle), place[1] + reach * np.sin(angle)
    outline: NDArray[np.int32] = np.stack([x, y], 1).round().astype(np.int32)
    cv2.fillPoly(layer, [outline], 255, cv2.LINE_AA)
