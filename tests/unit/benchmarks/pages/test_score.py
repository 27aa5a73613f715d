"""The answer to a page is compared with its truth by the places of its signs."""

from dataclasses import replace

import pytest

from benchmarks.pages.answer import Answer, make_refusal
from benchmarks.pages.score import Score, count_edits, score_page
from benchmarks.pages.truth import Box, ComposedPage, Line, Sign, Table, turn_box


def write(text: str, top: float) -> Line:
    """A line whose signs are 20 wide, 40 high and 30 apart; a space is as wide as a sign."""
    signs = [Sign(sign, (30.0 * x, top, 30.0 * x + 20, top + 40)) for x, sign in enumerate(text) if sign != " "]
    return Line(text, tuple(signs))


FIRST, SECOND = write("19,5 207", 0), write("44", 100)
TABLE = Table((("19,5", "207"), ("44", "")), (0, 0, 300, 150))
PAGE = ComposedPage("plain", "plain 0", b"", "image/png", 400, 200, 0, (FIRST, SECOND), (TABLE,))
PERFECT = Answer((*FIRST.signs, *SECOND.signs), ("19,5 207", "44"), (TABLE,), 0, 5.0)
FULL = Score(
    pages=1, upright=1, lines=2, exact_lines=2, typed_lines=2, digits=8, separators=1, right_separators=1,
    cells=3, right_cells=3, tables=1, whole_tables=1,
)  # fmt: skip


def test_the_truth_itself_gets_full_marks() -> None:
    assert score_page(PAGE, PERFECT) == FULL


def test_the_order_of_the_signs_in_the_answer_does_not_matter() -> None:
    assert score_page(PAGE, replace(PERFECT, signs=PERFECT.signs[::-1])) == FULL


def test_a_refusal_misses_every_digit() -> None:
    score = score_page(PAGE, make_refusal("blank_drawing", 1.0))
    assert (score.exact_lines, score.missed, score.right_cells, score.whole_tables) == (0, 8, 0, 0)


def test_a_wrong_digit_spoils_its_line_alone() -> None:
    signs = (Sign("7", PERFECT.signs[0].box), *PERFECT.signs[1:])
    score = score_page(PAGE, replace(PERFECT, signs=signs))
    assert (score.exact_lines, score.wrong, score.missed, score.invented) == (1, 1, 0, 0)


def test_a_digit_beside_a_line_is_invented_on_it() -> None:
    score = score_page(PAGE, replace(PERFECT, signs=(*PERFECT.signs, Sign("1", (65, 100, 70, 140)))))
    assert (score.exact_lines, score.invented) == (1, 1)


def test_a_digit_far_from_all_lines_is_invented_and_spoils_none() -> None:
    score = score_page(PAGE, replace(PERFECT, signs=(*PERFECT.signs, Sign("1", (350, 150, 370, 190)))))
    assert (score.exact_lines, score.invented) == (2, 1)


def test_a_comma_that_is_read_as_a_digit_is_invented_and_not_found() -> None:
    signs = tuple(Sign("1", sign.box) if sign.text == "," else sign for sign in PERFECT.signs)
    score = score_page(PAGE, replace(PERFECT, signs=signs))
    assert (score.exact_lines, score.invented, score.right_separators) == (1, 1, 0)


def test_a_separator_elsewhere_on_the_line_is_not_found() -> None:
    moved = tuple(Sign(",", (180, 0, 185, 40)) if sign.text == "," else sign for sign in PERFECT.signs)
    assert score_page(PAGE, replace(PERFECT, signs=moved)).right_separators == 0


def test_a_line_without_its_spaces_is_exact_but_not_as_typed() -> None:
    score = score_page(PAGE, replace(PERFECT, lines=("19,5207", "44")))
    assert (score.exact_lines, score.typed_lines) == (2, 1)


def test_a_text_counts_once_however_often_it_is_answered() -> None:
    assert score_page(PAGE, replace(PERFECT, lines=("44", "44", "44"))).typed_lines == 1


def test_a_table_that_is_shifted_by_a_row_has_no_right_cell() -> None:
    shifted = Table((("", ""), *TABLE.cells), TABLE.box)
    score = score_page(PAGE, replace(PERFECT, tables=(shifted,)))
    assert (score.right_cells, score.whole_tables) == (0, 0)


def test_the_table_at_the_place_of_the_true_table_counts() -> None:
    other = Table((("1", "2"), ("3", "4")), (320, 0, 400, 100))
    assert score_page(PAGE, replace(PERFECT, tables=(other, TABLE))).whole_tables == 1


def test_a_table_with_an_invented_cell_is_not_whole() -> None:
    filled = Table((("19,5", "207"), ("44", "1")), TABLE.box)
    score = score_page(PAGE, replace(PERFECT, tables=(filled,)))
    assert (score.right_cells, score.whole_tables) == (3, 0)


def turn_signs(turns: int) -> tuple[Sign, ...]:
    """The true signs as they are in the picture that was turned anticlockwise."""

    def move(box: Box) -> Box:
        return turn_box(box, turns, PAGE.width, PAGE.height)

    return tuple(Sign(sign.text, move(sign.box)) for sign in PERFECT.signs)


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_turned_page_that_was_turned_back_is_upright(turns: int) -> None:
    assert score_page(replace(PAGE, turns=turns), replace(PERFECT, turns=turns)) == FULL


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_signs_on_a_page_that_was_not_turned_back_are_found_at_their_places(turns: int) -> None:
    answer = replace(PERFECT, signs=turn_signs(turns))
    score = score_page(replace(PAGE, turns=turns), answer)
    assert (score.upright, score.exact_lines, score.right_separators) == (0, 2, 1)


@pytest.mark.parametrize(
    ("true", "read", "edits"),
    [
        ("123", "123", (0, 0, 0)),
        ("123", "13", (1, 0, 0)),
        ("123", "1x3", (0, 1, 0)),
        ("123", "1923", (0, 0, 1)),
        ("", "77", (0, 0, 2)),
        ("77", "", (2, 0, 0)),
        ("12345", "2346", (1, 1, 0)),
    ],
)
def test_digits_are_missed_wrong_or_invented_as_few_times_as_possible(
    true: str, read: str, edits: tuple[int, int, int]
) -> None:
    assert count_edits(true, read) == edits


def test_the_counts_of_two_pages_are_added() -> None:
    assert Score(2, 2, 4, 4, 4, 16, 0, 0, 0, 2, 2, 6, 6, 2, 2) == FULL + FULL
