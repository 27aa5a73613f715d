"""What stands on pages beside numbers: printed and written words, drawings, blots. The reader must leave it out."""

import string

import cv2
import numpy as np
from numpy.typing import NDArray

from training.rendering.pages.fonts import print_text
from training.rendering.pages.hands import Hands
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
    font = choose(hands.fonts, random)
    mask = print_text(text[:LONGEST], font, max(6, round(height * random.uniform(0.9, 1.4))))
    paste_mask(layer, mask, round(start[0]), round(start[1] - mask.shape[0]))
    return start[0] + float(mask.shape[1])


def draw_scenery(layer: Layer, hands: Hands, place: tuple[float, float], size: float, random: Random) -> None:
    """A doodle, a drawing, a blot, a tick or a letter around `place`, `size` pixels large."""
    kind = random.random()
    if kind < 0.5 and hands.doodles:
        _draw_doodle(layer, hands, place, size, random)
    elif kind < 0.62 and len(hands.drawings):
        _paste_drawing(layer, hands, place, size, random)
    elif kind < 0.74:
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
        strokes = choose(hands.letters, random)
        placed = [np.asarray(stroke * height + (x, baseline - height), np.float32) for stroke in strokes]
        draw_strokes(layer, placed, pen)
        x = max(float(stroke[:, 0].max()) for stroke in placed) + height * float(random.uniform(0.1, 0.35))
    return x


def _draw_doodle(layer: Layer, hands: Hands, place: tuple[float, float], size: float, random: Random) -> None:
    doodle = choose(hands.doodles, random)
    placed = [np.asarray((stroke - 0.5) * size + place, np.float32) for stroke in doodle]
    draw_strokes(layer, placed, max(1.0, size * random.uniform(0.03, 0.12)))


def _paste_drawing(layer: Layer, hands: Hands, place: tuple[float, float], size: float, random: Random) -> None:
    image = hands.drawings[random.integers(len(hands.drawings))]
    side = max(8, round(size * 1.3))
    mask = np.asarray(cv2.resize(image, (side, side), interpolation=cv2.INTER_LINEAR), np.uint8)
    paste_mask(layer, mask, round(place[0] - side / 2), round(place[1] - side / 2))


def _draw_blot(layer: Layer, place: tuple[float, float], size: float, random: Random) -> None:
    angle = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    reach = size * random.uniform(0.1, 0.5) * (1 + random.normal(0, 0.12, 24))
    x, y = place[0] + reach * np.cos(angle), place[1] + reach * np.sin(angle)
    outline: NDArray[np.int32] = np.stack([x, y], 1).round().astype(np.int32)
    cv2.fillPoly(layer, [outline], 255, cv2.LINE_AA)
