"""What is written on test pages: numbers as people write them, and words without any digit."""

import numpy as np

from benchmarks.pages.truth import DIGITS
from training.rendering.pages.sheet import Random

# None of these stands in `training/`. No word is a single letter, and none looks like a number.
SENTENCES = """
the quick harvest of apples began early that morning and everybody helped until the baskets were full
Antragsteller Geburtsort Unterschrift Rechnung Lieferung bitte deutlich schreiben Vielen Dank für Ihren Besuch
quantité montant remise chaque semaine nous livrons vos légumes frais du marché jusqu'à votre porte
apellido ciudad fecha de entrega gracias por su compra reserva para mañana temprano
Visitor Badge Membership Renewal Warehouse Shelf Parcel Weight Reading Meter Gauge Patient Ward Nurse
"""
WORDS = SENTENCES.split()
LABELS = ["Amount", "Reading", "Quantity", "Betrag", "Menge", "Zähler", "Montant", "Weight", "Price", "Ref", "Total"]


def make_digits(length: int, random: Random) -> str:
    """A random string of digits."""
    return "".join(random.choice(list(DIGITS), length))


def make_some(least: int, most: int, random: Random) -> str:
    """So many random digits."""
    return make_digits(int(random.integers(least, most + 1)), random)


def make_count(random: Random) -> str:
    """One to seven digits."""
    return make_some(1, 7, random)


def make_amount(random: Random) -> str:
    """The digits of an amount of money: often round."""
    digits = make_some(2, 6, random)
    keep = int(random.integers(1, len(digits) + 1))
    return digits[:keep] + "0" * (len(digits) - keep)


def make_separated(random: Random) -> str:
    """A decimal number, a date or a time."""
    kind = int(random.integers(6))
    if kind <= 1:
        return f"{make_some(1, 4, random)},{make_some(1, 2, random)}"
    if kind == 2:
        return f"{make_some(1, 3, random)}.{make_some(1, 3, random)}"
    if kind == 3:
        return f"{random.integers(24):02}:{random.integers(60):02}"
    sign = "/" if kind == 4 else str(random.choice([".", "-"]))
    return f"{random.integers(1, 32):02}{sign}{random.integers(1, 13):02}{sign}{random.integers(1950, 2040)}"


def make_words(count: int, random: Random) -> str:
    """Some words in a row."""
    return " ".join(WORDS[index] for index in random.integers(0, len(WORDS), count))


def make_label(random: Random) -> str:
    """What is printed before a field."""
    return LABELS[random.integers(len(LABELS))] + str(random.choice(["", ":"]))


def to_ascii(text: str) -> str:
    """The text without accents."""
    return text.translate(str.maketrans("äöüéàñí", "aoueani"))


def pick(low: float, high: float, random: Random) -> float:
    """A number between two bounds, each ratio equally likely."""
    return float(np.exp(random.uniform(np.log(low), np.log(high))))
