"""What a person says about a drawn number, and what of it is saved."""

from io import BytesIO

from PIL import Image

from services.frontend.saving.outbox import Delivery, Outbox
from services.frontend.saving.personal_outbox import PersonalOutbox
from services.frontend.saving.predicted_drawing import PredictedDrawing
from services.frontend.views.draw.said_number import SaidNumber, cut_digits
from services.frontend.views.draw.truth import write_typed
from shared.contracts.page import PageReading
from shared.contracts.storage import NOT_A_DIGIT
from tests.unit.clients.page_readings import a_reading
from tests.unit.frontend.conftest import FakeStorage
from tests.unit.frontend.test_answer import a_prediction
from tests.unit.frontend.test_page_picture import encode

LONG_S = 10.0
SLATE, CHALK = (0x20, 0x30, 0x2C), (255, 255, 255)
CANVAS = encode(Image.new("RGB", (400, 200), CHALK), "PNG")


def a_said_number(
    text: str = "42", *, replaced: PredictedDrawing | None = None, rejected: int | None = None
) -> SaidNumber:
    """`rejected` is the index of a digit that was rejected."""
    reading = a_reading(text)
    if rejected is not None:
        digit = reading.digits[rejected]
        scribble = digit.prediction.model_copy(update={"digit_score": 0.1})
        digits = [*reading.digits]
        digits[rejected] = digit.model_copy(update={"prediction": scribble})
        reading = PageReading.model_validate(reading.model_copy(update={"digits": digits}).model_dump())
    return cut_digits(CANVAS, reading, 0.5, replaced)


def test_nothing_is_said_at_first() -> None:
    said = a_said_number()
    assert (said.is_said, said.is_right, said.labels) == (False, False, [None, None])
    assert (write_typed(None, 2), write_typed(said, 2)) == ("_ _", "_ _")


def test_all_right_saves_each_digit_alone_in_its_place(outbox: Outbox, storage: FakeStorage) -> None:
    said, mine = a_said_number(), PersonalOutbox(outbox, "key")
    said.confirm(mine)
    assert (said.is_right, said.words) == (True, "4 2")
    assert said.save(mine, LONG_S) is Delivery.SAVED
    assert sorted(map(str, storage.labels.values())) == ["2", "4"]
    for digit, found in zip(said.digits, said.reading.digits, strict=True):
        alone = Image.open(BytesIO(digit.drawing))
        middles = [(each.box.left + each.box.width // 2, each.box.top + 5) for each in said.reading.digits]
        chalk = [alone.getpixel(middle) == CHALK for middle in middles]
        assert chalk == [each is found for each in said.reading.digits]
        assert alone.getpixel((399, 199)) == SLATE


def test_a_digit_that_was_rejected_is_right_if_it_is_none(outbox: Outbox) -> None:
    said = a_said_number(rejected=1)
    said.confirm(PersonalOutbox(outbox, "key"))
    assert said.labels == [4, NOT_A_DIGIT]
    assert said.words == "4 –"


def test_digits_are_typed_one_by_one_and_labelled_with_the_last(outbox: Outbox) -> None:
    said, mine = a_said_number(), PersonalOutbox(outbox, "key")
    said.type_digit(9, mine)
    assert (said.is_said, write_typed(said, 2)) == (False, "9 _")
    said.type_digit(2, mine)
    assert (said.labels, said.is_right, write_typed(said, 2)) == ([9, 2], False, "9 2")


def test_what_was_said_can_be_taken_back_and_said_again(outbox: Outbox, storage: FakeStorage) -> None:
    said, mine = a_said_number(), PersonalOutbox(outbox, "key")
    ids = [digit.prediction.id for digit in said.digits]
    said.confirm(mine)
    said.save(mine, LONG_S)
    said.confirm(mine)
    assert said.labels == [None, None]
    assert all(outbox.wait(each, LONG_S) is Delivery.SAVED for each in ids)
    assert storage.predictions == {}
    said.confirm(mine)
    assert said.save(mine, LONG_S) is Delivery.SAVED
    assert sorted(storage.labels.values()) == [2, 4]


def test_a_number_can_be_said_again_after_undo(outbox: Outbox, storage: FakeStorage) -> None:
    said, mine = a_said_number(), PersonalOutbox(outbox, "key")
    said.confirm(mine)
    said.save(mine, LONG_S)
    said.take_back(mine)  # a stroke
    again = cut_digits(CANVAS, said.reading, 0.5, None)  # and Undo, which brings the reading back
    again.confirm(mine)
    assert again.save(mine, LONG_S) is Delivery.SAVED
    assert set(storage.predictions) == {digit.prediction.id for digit in again.digits}


def test_the_first_digit_alone_goes_when_the_number_is_saved(outbox: Outbox, storage: FakeStorage) -> None:
    alone, mine = PredictedDrawing(drawing=CANVAS, prediction=a_prediction(4, 0.9), digit_score_threshold=0.5), None
    mine = PersonalOutbox(outbox, "key")
    alone.save(mine, LONG_S)
    said = a_said_number(replaced=alone)
    said.confirm(mine)
    said.save(mine, LONG_S)
    outbox.wait(alone.prediction.id, LONG_S)
    assert set(storage.predictions) == {digit.prediction.id for digit in said.digits}
    assert alone.superseded
