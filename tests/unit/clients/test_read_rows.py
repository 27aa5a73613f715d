"""The answer to a picture becomes rows of the CSV, one for each number."""

from shared.clients.read.rows import COLUMNS, make_rows
from tests.unit.clients.page_readings import a_reading, a_table


def test_each_number_has_a_row_with_its_line_text_and_box() -> None:
    first, second, third = make_rows("a.png", a_reading("19,95 3", "7", rotation=90))
    assert first == {
        "file": "a.png",
        "line": 1,
        "number": 1,
        "text": "19,95",
        "confidence": "0.9606",
        "left": 10,
        "top": 10,
        "width": 230,
        "height": 40,
        "rotation": 90,
    }
    assert (second["line"], second["number"], second["text"]) == (1, 2, "3")
    assert (third["line"], third["number"], third["text"]) == (2, 3, "7")


def test_a_number_of_a_table_has_its_row_and_column() -> None:
    table = a_table([[0], []], [[1], [2]], texts=[["5", ""], ["6", "7"]])
    rows = make_rows("a.png", a_reading("5", "6 7", "8", tables=(table,)))
    places = [(row.get("table"), row.get("row"), row.get("column")) for row in rows]
    assert places == [(1, 1, 1), (1, 2, 1), (1, 2, 2), (None, None, None)]


def test_a_page_without_digits_has_one_row_without_a_text() -> None:
    assert make_rows("a.png", a_reading()) == [{"file": "a.png", "rotation": 0}]


def test_a_refused_picture_has_one_row_with_the_code_of_its_problem() -> None:
    assert make_rows("a.png", "unreadable_image") == [{"file": "a.png", "problem": "unreadable_image"}]


def test_every_value_has_a_column() -> None:
    table = a_table([[0]], texts=[["5"]])
    (row,) = make_rows("a.png", a_reading("5", tables=(table,)))
    assert set(row) | {"problem"} == set(COLUMNS)
