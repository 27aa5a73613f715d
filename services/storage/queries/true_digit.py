"""Writes a label as the small number that a row keeps, and back: a digit as itself, "not a digit" as 10."""

from shared.contracts.storage import NOT_A_DIGIT, TrueDigit

NOT_A_DIGIT_NUMBER = 10


def encode_label(label: TrueDigit) -> int:
    """Return the number of the label in the database."""
    return label if isinstance(label, int) else NOT_A_DIGIT_NUMBER


def decode_label(number: int | None) -> TrueDigit | None:
    """Return the label of the number in the database; None without a label."""
    return NOT_A_DIGIT if number == NOT_A_DIGIT_NUMBER else number
