"""The digits and tables of a photo as HTML, and the sentences about it. Nothing in them comes from outside."""

from collections.abc import Sequence

from services.frontend.elements.answer import REJECTED_SIGN, describe_confidence, percent
from services.frontend.elements.data_uri import write_data_uri
from services.frontend.elements.sentences import count_things
from services.frontend.views.photo.numbers import write_cells
from services.frontend.views.photo.state import Photo, PhotoDigit, list_signs
from shared.contracts.page import PageReading, PageTable

HINT = "To correct a digit, tap it on the picture, or tap its right value below."
NO_DIGITS = "No digits were found on this picture."
ALL_REMOVED = "You removed every digit of this picture."
FIRST_ONLY = "Only the first page or picture of this file was read."
TURNS = {90: "by 90° clockwise", 180: "by 180°", 270: "by 90° counterclockwise"}


def digit_html(place: int, digit: PhotoDigit) -> str:
    """The cutout, the image that the model saw, what the digit is, and how sure the model was."""
    prediction = digit.prediction
    label = "" if digit.label is None else str(digit.label)
    words, note = describe_card(digit)
    paper = f' style="background:{digit.paper}"' if digit.paper else ""
    seen = f"data:image/png;base64,{prediction.image}"
    return f"""
<div class="photo-digit {choose_tone(digit)}" data-testid="found" data-digit="{prediction.digit}"
  data-id="{prediction.id}" data-label="{label}">
  <span class="place">{place}</span>
  <img class="cutout" alt="Digit {place}, cut out of the picture"{paper}
    src="{write_data_uri(digit.cutout)}">
  <img class="seen" alt="The 28 by 28 pixels that the model saw of digit {place}" src="{seen}">
  <div class="digit">{digit.sign or prediction.digit}</div>
  <div class="verdict"><b>{words}</b><span>{note}</span></div>
</div>"""


def choose_tone(digit: PhotoDigit) -> str:
    """The classes of a card."""
    if digit.discarded:
        return "removed"
    if digit.label is not None:
        return "right" if digit.label == digit.prediction.digit else "corrected"
    verdict = describe_confidence(digit.prediction, digit.digit_score_threshold)
    return ("doubtful" if verdict.doubtful else "certain") + (" unsure" if digit.is_doubtful else "")


def describe_card(digit: PhotoDigit) -> tuple[str, str]:
    """What the digit is in words, and a note on how it was read."""
    prediction = digit.prediction
    confidence = percent(prediction.confidence)
    if digit.discarded:
        return "Not a digit", f"read as {prediction.digit}"
    if digit.label is not None and digit.label != prediction.digit:
        return "Corrected", f"read as {prediction.digit}, {confidence}"
    if digit.label is None and digit.is_rejected:
        return "Not a digit?", f"looks most like a {prediction.digit}"
    return describe_confidence(prediction, digit.digit_score_threshold).words, confidence


def table_html(name: str, table: PageTable, reading: PageReading, digits: Sequence[PhotoDigit]) -> str:
    """One table of the page. Cells with a doubtful digit are marked."""

    def has_doubt(numbers: Sequence[int]) -> bool:
        return any(digits[index].is_doubtful for number in numbers for index in reading.numbers[number].digits)

    rows = ""
    for texts, places in zip(write_cells(table, reading, list_signs(digits)), table.numbers, strict=True):
        cells = zip(texts, map(has_doubt, places), strict=True)
        row = "".join(_cell_html(text, is_doubtful=doubt) for text, doubt in cells)
        rows += f"<tr>{row}</tr>"
    return (
        f'<div class="number-table" role="region" tabindex="0" aria-label="{name}"><table data-testid="table">'
        f"<caption>{name}</caption><tbody>{rows}</tbody></table></div>"
    )


def describe_table(number: int, table: PageTable) -> str:
    """`Table 1: 9 rows, 9 columns`."""
    return f"Table {number}: {count_things(table.rows, 'row')}, {count_things(table.columns, 'column')}"


def say_turned(photo: Photo) -> str:
    """Says that inference turned the picture. Empty if it did not."""
    rotation = 0 if photo.reading is None else photo.reading.rotation
    return f"The picture was turned {TURNS[rotation]} to be read." if rotation else ""


def say_first_only(photo: Photo) -> str:
    """Says that the file has more pages than were read. Empty if it does not."""
    return FIRST_ONLY if photo.has_more else ""


def say_corrected(photo: Photo) -> str:
    """What the visitor changed so far, or how to change something."""
    kept = [digit for digit in photo.digits if not digit.discarded]
    corrected = sum(digit.label not in (None, digit.prediction.digit) for digit in kept)
    removed = len(photo.digits) - len(kept)
    if not corrected and not removed:
        return HINT
    changes = [f"{count_things(corrected, 'digit')} corrected"] * bool(corrected)
    changes += [f"{count_things(removed, 'digit')} removed"] * bool(removed)
    return f"{' and '.join(changes)}."


def say_doubtful(photo: Photo) -> str:
    """How many digits the visitor should look at. Empty if there are none."""
    doubtful = sum(digit.is_doubtful for digit in photo.digits)
    if not doubtful:
        return ""
    unknown = (
        f" {REJECTED_SIGN} stands for what does not look like a digit."
        if REJECTED_SIGN in list_signs(photo.digits)
        else ""
    )
    return f"{count_things(doubtful, 'digit')} {'is' if doubtful == 1 else 'are'} doubtful.{unknown}"


def describe_range(photo: Photo, shown: Sequence[int]) -> str:
    """`1 to 12 of 340 digits`."""
    return f"{photo.first + 1} to {photo.first + len(shown)} of {len(photo.cards)} digits"


def _cell_html(text: str, *, is_doubtful: bool) -> str:
    return f"<td{' class=doubtful' if is_doubtful else ''}>{text}</td>"
