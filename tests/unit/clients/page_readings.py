"""Answers of inference to a page, made of lines of text: `["19,95 3", "7"]`. One digit is 30×40 pixels."""

from uuid import UUID, uuid4

from shared.contracts.inference import Prediction
from shared.contracts.message import ModelVersion
from shared.contracts.page import Box, PageDigit, PageLine, PageNumber, PageReading, PageTable, Separator

WIDTH, HEIGHT = 30, 40
PITCH, LINE = 50, 60  # pixels from one digit, and from one line, to the next
MARGIN = 10


def a_prediction(digit: int, confidence: float = 0.99, prediction_id: UUID | None = None) -> Prediction:
    others = (1 - confidence) / 9
    return Prediction(
        id=prediction_id or uuid4(),
        digit=digit,
        confidence=confidence,
        probabilities=[confidence if other == digit else others for other in range(10)],
        digit_score=0.9,
        model=ModelVersion(name="cnn", version="1"),
        image="",
        elapsed_ms=1,
    )


def a_reading(
    *lines: str, rotation: int = 0, confidence: float = 0.99, tables: tuple[PageTable, ...] = ()
) -> PageReading:
    """The reading of these lines. Numbers are separated by a space, and tables are given."""
    digits: list[PageDigit] = []
    numbers: list[PageNumber] = []
    pages: list[PageLine] = []
    for line, text in enumerate(lines):
        first, place = len(numbers), 0
        for word in text.split():
            numbers.append(_add_number(word, line, place, len(numbers), digits, confidence))
            place += len(word) + 1
        indices = list(range(first, len(numbers)))
        pages.append(PageLine(text=text, box=_box(0, line, len(text)), numbers=indices))
    return PageReading.model_validate(
        {
            "width": 400,
            "height": 200,
            "rotation": rotation,
            "digits": digits,
            "numbers": numbers,
            "lines": pages,
            "tables": list(tables),
            "reader": ModelVersion(name="reader", version="1"),
        }
    )


def a_table(*rows: list[list[int]], texts: list[list[str]]) -> PageTable:
    """A table of the given indices of numbers and their texts."""
    return PageTable(
        box=_box(0, 0, 4), rows=len(rows), columns=len(rows[0]), cells=texts, numbers=[list(row) for row in rows]
    )


def _add_number(
    word: str, line: int, place: int, number: int, digits: list[PageDigit], confidence: float
) -> PageNumber:
    first, separators = len(digits), []
    for offset, sign in enumerate(word):
        box = _box(place + offset, line)
        if sign.isdigit():
            edge = [(box.left, box.top), (box.left + WIDTH, box.top), (box.left + WIDTH, box.top + HEIGHT)]
            digits.append(
                PageDigit(
                    box=box, line=line, number=number, outlines=[edge], prediction=a_prediction(int(sign), confidence)
                )
            )
        else:
            after = len(digits) - first
            separators.append(Separator.model_validate({"text": sign, "after": after, "box": box, "score": 0.9}))
    return PageNumber(
        text=word,
        line=line,
        digits=list(range(first, len(digits))),
        separators=separators,
        box=_box(place, line, len(word)),
        confidence=confidence ** (len(digits) - first),
    )


def _box(place: int, line: int, count: int = 1) -> Box:
    return Box(left=MARGIN + PITCH * place, top=MARGIN + LINE * line, width=PITCH * (count - 1) + WIDTH, height=HEIGHT)
