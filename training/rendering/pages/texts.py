"""What people write: counts, amounts of money, dates, times and measured values, as texts of digits and signs."""

import numpy as np

from training.rendering.pages.sheet import DIGITS, Random

LONGEST = 9  # digits of a whole number
BEFORE, AFTER = ("", "*", "**", "$", "$ ", "#", "(", "", "x"), ("", "=", "-", "*", "#", "/", ".-", "%", ")", "~", "/-")
BEFORE_AMOUNT = ("", "", "", "$", "*", "#", "**", "=", "$ ", "(", "\u20ac", "\u00a3", "\u00a5", "-", "F ")
AFTER_AMOUNT = (
    "",
    "",
    "",
    "=",
    "-",
    ".-",
    ",-",
    "#",
    "*",
    "/-",
    "x",
    ",00",
    ")",
    "~",
    " \u20ac",
    " F",
    "--",
    "==",
    " =",
)


def make_text(random: Random, longest: int = LONGEST) -> str:
    """A number as it is written anywhere."""
    kind = random.random()
    length = int(np.clip(random.geometric(0.3), 1, longest))
    if kind < 0.5:
        return round_off(choose_digits(length, random), random)
    if kind < 0.62:
        whole, point = choose_digits(min(length, 4), random), random.choice([".", ","])
        return f"{whole}{point}{choose_digits(int(random.integers(1, 4)), random)}"
    if kind < 0.72:
        return _make_grouped(random)
    if kind < 0.80:
        return _make_date(random)
    if kind < 0.85:
        return f"{choose_digits(2, random)}:{choose_digits(2, random)}"
    if kind < 0.95:
        before, after = random.choice(BEFORE), random.choice(AFTER)
        return f"{before}{round_off(choose_digits(length, random), random)}{after}"
    first, sign = choose_digits(int(random.integers(1, 4)), random), random.choice(["+", "-", "=", "x", "/"])
    return f"{first}{sign}{choose_digits(int(random.integers(1, 4)), random)}"


def make_amount(random: Random) -> str:
    """An amount of money as on a cheque."""
    digits = choose_digits(int(random.integers(2, 8)), random)
    if random.random() < 0.6:
        keep = int(random.integers(1, len(digits)))
        digits = digits[:keep] + "0" * (len(digits) - keep)
    if len(digits) > 3 and random.random() < 0.6:
        digits = digits[:-3] + str(random.choice([".", ",", ".", ""])) + digits[-3:]
    before = str(random.choice(BEFORE_AMOUNT))
    return before + digits + str(random.choice(AFTER_AMOUNT))


def make_ones(random: Random) -> str:
    """A number with many ones, or with ones and sevens, most with a one at an end: these are lost most easily."""
    others = ("0", "7", DIGITS)[int(random.integers(3))]
    digits = [d if random.random() < 0.5 else "1" for d in random.choice(list(others), int(random.integers(1, 8)))]
    digits[0 if random.random() < 0.5 else -1] = "1"
    return "".join(digits)


def choose_digits(count: int, random: Random) -> str:
    """As many random digits."""
    return "".join(random.choice(list(DIGITS), count))


def round_off(digits: str, random: Random) -> str:
    """Round numbers are common: sometimes the last digits become zeros."""
    if len(digits) < 3 or random.random() > 0.3:
        return digits
    count = int(random.integers(1, min(4, len(digits))))
    return digits[:-count] + "0" * count


def _make_grouped(random: Random) -> str:
    """A large number with separators between its thousands."""
    whole = choose_digits(int(random.integers(1, 4)), random)
    groups = ""
    for _ in range(int(random.integers(1, 3))):
        separator = random.choice([".", ",", " ", "."])
        groups += f"{separator}{round_off(choose_digits(3, random), random)}"
    cents = "," + choose_digits(2, random)
    return f"{whole}{groups}{random.choice(['', ',00', '.00', cents, '.-', ',-', '=', '-'])}"


def _make_date(random: Random) -> str:
    mark = random.choice(["/", ".", "-", "/"])
    day, month = (choose_digits(int(random.integers(1, 3)), random) for _ in range(2))
    return f"{day}{mark}{month}{mark}{choose_digits(int(random.choice([2, 4])), random)}"
