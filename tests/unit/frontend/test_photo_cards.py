"""What the Photo page shows of a photo: HTML, sentences, and the data of the picture with its buttons."""

import base64

import pytest

from services.frontend.views.photo.cards import (
    HINT,
    describe_range,
    describe_table,
    digit_html,
    say_corrected,
    say_doubtful,
    say_turned,
    table_html,
)
from services.frontend.views.photo.marked_picture import CROWDED, describe_picture
from services.frontend.views.photo.state import Photo, PhotoDigit
from shared.contracts.page import PageTable
from tests.unit.clients.page_readings import a_reading, a_table

NAME = '<b>"x".jpg'


def a_photo(*lines: str, rotation: int = 0, tables: tuple[PageTable, ...] = (), confidence: float = 0.99) -> Photo:
    reading = a_reading(*lines, rotation=rotation, tables=tables, confidence=confidence)
    digits = [
        PhotoDigit(drawing=b"", cutout=b"png", prediction=found.prediction, digit_score_threshold=0.5, found=found)
        for found in reading.digits
    ]
    return Photo("1", NAME, "upload", b"", reading=reading, digits=digits, cards=list(range(len(digits))))


def test_each_digit_has_a_button_at_its_place_and_its_outline() -> None:
    described = describe_picture(a_photo("7 1"))
    assert described["boxes"] == [[2.5, 5.0, 7.5, 20.0], [27.5, 5.0, 7.5, 20.0]]
    assert described["labels"] == ["Digit 1: 7", "Digit 2: 1"]
    svg = base64.b64decode(str(described["outlines"]).split(",")[1])
    assert b"M10,10 40,10 40,50Z" in svg


def test_a_doubtful_and_a_removed_digit_are_marked_on_the_picture() -> None:
    photo = a_photo("71", confidence=0.8)
    photo.digits[1].discarded = True
    described = describe_picture(photo)
    assert described["marks"] == ["doubtful", "removed"]
    assert described["labels"] == ["Digit 1: 7, doubtful", "Digit 2: removed"]
    photo.digits[0].label = 7
    assert describe_picture(photo)["marks"] == ["", "removed"]


def test_a_crowded_page_has_no_outlines() -> None:
    assert describe_picture(a_photo("7" * CROWDED))["outlines"]
    assert describe_picture(a_photo("7" * (CROWDED + 1)))["outlines"] == ""


def test_without_outlines_there_is_no_layer_of_ink() -> None:
    photo = a_photo("7")
    photo.digits[0].found = photo.digits[0].found.model_copy(update={"outlines": []})
    assert describe_picture(photo)["outlines"] == ""


def test_a_card_says_whether_the_digit_is_right_wrong_or_removed() -> None:
    photo = a_photo("71")
    assert 'class="photo-digit certain"' in digit_html(1, photo.digits[0])
    photo.digits[0].label = 1
    assert 'class="photo-digit corrected"' in digit_html(1, photo.digits[0])
    photo.digits[0].label = 7
    assert 'class="photo-digit right"' in digit_html(1, photo.digits[0])
    photo.digits[1].discarded = True
    assert "Not a digit" in digit_html(2, photo.digits[1])


def test_a_correction_changes_the_large_digit() -> None:
    photo = a_photo("7")
    assert '<div class="digit">7</div>' in digit_html(1, photo.digits[0])
    photo.digits[0].label = 1
    html = digit_html(1, photo.digits[0])
    assert '<div class="digit">1</div>' in html
    assert "<b>Corrected</b><span>read as 7, 99.0%</span>" in html


def test_a_card_of_what_does_not_look_like_a_digit_shows_no_confident_digit() -> None:
    photo = a_photo("7")
    photo.digits[0].digit_score_threshold = 0.95
    html = digit_html(1, photo.digits[0])
    assert '<div class="digit">?</div>' in html
    assert "99.0%" not in html
    assert "looks most like a 7" in html
    assert "? stands for what does not look like a digit." in say_doubtful(photo)


def test_a_cutout_stands_on_its_own_paper() -> None:
    photo = a_photo("7")
    photo.digits[0].paper = "#f4f1e8"
    assert 'style="background:#f4f1e8"' in digit_html(1, photo.digits[0])


def test_a_table_shows_the_corrected_numbers_and_marks_the_doubtful_cells() -> None:
    table = a_table([[0], []], [[1], [2]], texts=[["5", ""], ["6", "7"]])
    photo = a_photo("5", "6 7", tables=(table,), confidence=0.8)
    assert photo.reading
    photo.digits[0].label = 3
    html = table_html(describe_table(1, table), table, photo.reading, photo.digits)
    assert "<caption>Table 1: 2 rows, 2 columns</caption>" in html
    assert "<tr><td>3</td><td></td></tr>" in html
    assert "<tr><td class=doubtful>6</td><td class=doubtful>7</td></tr>" in html


@pytest.mark.parametrize(
    ("rotation", "words"),
    [(0, ""), (90, "turned by 90° clockwise"), (180, "turned by 180°"), (270, "turned by 90° counterclockwise")],
)
def test_the_page_says_that_the_picture_was_turned(rotation: int, words: str) -> None:
    assert (say_turned(a_photo("7", rotation=rotation)) == "") == (words == "")
    assert words in say_turned(a_photo("7", rotation=rotation))


def test_the_page_says_what_was_corrected_and_what_is_doubtful() -> None:
    photo = a_photo("712", confidence=0.8)
    assert (say_corrected(photo), say_doubtful(photo)) == (HINT, "3 digits are doubtful.")
    photo.digits[0].label = 7  # is right
    assert (say_corrected(photo), say_doubtful(photo)) == (HINT, "2 digits are doubtful.")
    photo.digits[1].label = 3
    assert (say_corrected(photo), say_doubtful(photo)) == ("1 digit corrected.", "1 digit is doubtful.")
    photo.digits[2].discarded = True
    assert (say_corrected(photo), say_doubtful(photo)) == ("1 digit corrected and 1 digit removed.", "")
    photo.digits[1].discarded = True  # a removed digit is not corrected as well
    assert say_corrected(photo) == "2 digits removed."


def test_the_pager_says_which_digits_are_shown() -> None:
    photo = a_photo("1234567890", "1234567890")
    photo.first = 12
    assert describe_range(photo, photo.cards[12:]) == "13 to 20 of 20 digits"
