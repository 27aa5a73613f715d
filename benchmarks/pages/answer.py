"""What a reader answers to a picture, in the same form for Slate and for other readers."""

from dataclasses import dataclass

from benchmarks.pages.truth import DIGITS, Sign, Table, keep_digits
from shared.contracts.page import Box as ContractBox
from shared.contracts.page import PageReading


@dataclass(frozen=True)
class Answer:
    """The signs in the order in which the reader gives them, in pixels of the picture as the reader turned it.

    `lines` are texts. `turns` counts the clockwise quarter turns of the picture. `ms` is the processor time that
    reading took, or the time until the answer if that is unknown. `problem` is the code of a refusal.
    """

    signs: tuple[Sign, ...]
    lines: tuple[str, ...]
    tables: tuple[Table, ...]
    turns: int
    ms: float
    problem: str | None = None

    @property
    def digits(self) -> str:
        """All digits in the reader's order."""
        return "".join(sign.text for sign in self.signs if sign.text in DIGITS)


def make_answer(reading: PageReading, ms: float) -> Answer:
    """The service's answer. Separators come after all digits."""
    digits = [Sign(str(digit.prediction.digit), _to_edges(digit.box)) for digit in reading.digits]
    separators = [Sign(each.text, _to_edges(each.box)) for number in reading.numbers for each in number.separators]
    return Answer(
        (*digits, *separators),
        tuple(line.text for line in reading.lines),
        tuple(Table(tuple(map(tuple, table.cells)), _to_edges(table.box)) for table in reading.tables),
        reading.rotation // 90,
        ms,
    )


def make_refusal(problem: str, ms: float) -> Answer:
    """An answer without digits, because the reader refused the picture."""
    return Answer((), (), (), 0, ms, problem)


def make_text_answer(lines: list[tuple[str, tuple[Sign, ...]]], ms: float) -> Answer:
    """The answer of a reader of any text. Only digits and separators count; a line without digits is no line."""
    kept = [(text, signs) for text, signs in lines if keep_digits(text)]
    return Answer(tuple(sign for _, signs in kept for sign in signs), tuple(text for text, _ in kept), (), 0, ms)


def _to_edges(box: ContractBox) -> tuple[float, float, float, float]:
    return box.left, box.top, box.left + box.width, box.top + box.height
