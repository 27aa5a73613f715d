import base64

from benchmarks.page import loading, shifts, strokes
from benchmarks.page.loading import Visit
from benchmarks.page.strokes import Person, Strokes


def test_the_waits_of_all_people_make_one_row() -> None:
    found = Strokes([Person([50.0, 60.0]), Person([100.0, 3000.0], unanswered=1)], cpu_ms=31.4)
    row = strokes.write_row("two people", found)
    assert row == "| two people | 4 | 80 ms | 2565 ms | 3000 ms | 1 | 31 ms |"


def test_bytes_of_answers_and_of_both_kinds_of_messages_are_counted() -> None:
    visit = Visit()
    visit.count_request({})
    visit.count_answer({"encodedDataLength": 1000})
    visit.count_message({"response": {"opcode": 2, "payloadData": base64.b64encode(bytes(300)).decode()}})
    visit.count_message({"response": {"opcode": 1, "payloadData": "x" * 20}})
    assert (visit.bytes, visit.requests) == (1320, 1)


def test_the_row_of_first_visits_holds_their_medians() -> None:
    visits = [Visit(3e6, 90, 7.0, 8.0), Visit(2e6, 80, 6.0, 7.5), Visit(1e6, 70, 1.0, 7.0)]
    assert loading.write_row("now", visits) == "| now | 2.00 MB | 80 | 6.0 s | 7.5 s |"


def test_a_page_that_moves_too_much_is_bold() -> None:
    assert shifts.write_rows("now", {"photo": {"phone": 0.0316, "desktop": 0.1004}}) == [
        "| now, /photo | 0.032 | **0.100** |"
    ]
