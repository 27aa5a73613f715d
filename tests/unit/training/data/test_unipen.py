"""Tests of reading the UNIPEN format, with tiny files."""

import pytest

from training.data.unipen.format import Segment, UnipenError, parse_segment, read_pen_file, select_ink

FIRST = [[0, 0], [1, 10], [2, 20]]
SECOND = [[5, 5], [6, 6]]
THIRD = [[9, 0], [9, 9]]
STROKES = """\
.COMMENT a page without a pen:
 .PEN_DOWN is only a keyword at the start of a line
.COORD X Y
.PEN_DOWN
0 0
1 10
2 20
.PEN_UP
.DT 120
.START_BOX
.PEN_DOWN
 5\t5
 6\t6
.PEN_UP
.PEN_DOWN
9 0 9 9
"""


@pytest.fixture
def read(tmp_path):
    """A function that writes a text and its include files (by name), and reads the result."""

    def read(text: str, **included: str):
        for name, content in included.items():
            (tmp_path / f"{name}.dat").write_bytes(content.encode("latin-1"))
        (tmp_path / "page.dat").write_text(text)
        return read_pen_file(tmp_path / "page.dat", tmp_path)

    return read


def ink(pen_file, delineation: str) -> list:
    return [points.tolist() for points in select_ink(pen_file.components, delineation)]


@pytest.mark.parametrize(
    ("delineation", "strokes"),
    [
        ("0", [FIRST]),
        ("1-2", [SECOND, THIRD]),
        ("0,2", [FIRST, THIRD]),
        ("0:1-1:0", [FIRST[1:], SECOND[:1]]),
        ("0:1-2:0", [FIRST[1:], SECOND, THIRD[:1]]),
        ("0:1-0:1,2", [FIRST[1:2], THIRD]),
        ("0:2", [FIRST[2:]]),
    ],
)
def test_a_delineation_counts_from_0_and_includes_both_ends(read, delineation, strokes):
    assert ink(read(STROKES), delineation) == strokes


@pytest.mark.parametrize("delineation", ["3", "1-3", "2-1", "0:3", "0:2-0:1", "0-1:2"])
def test_a_delineation_of_absent_components_or_points_is_an_error(read, delineation):
    with pytest.raises(UnipenError, match="missing points"):
        ink(read(STROKES), delineation)


@pytest.mark.parametrize("delineation", ["", "?", "a-b", "0:", "1-2-3", "-1"])
def test_a_delineation_in_another_form_is_malformed(read, delineation):
    with pytest.raises(UnipenError, match="malformed segment"):
        ink(read(STROKES), delineation)


def test_pen_up_components_are_numbered_but_are_not_ink(read):
    pen_file = read(".PEN_DOWN\n1 1\n2 2\n.PEN_UP\n3 3\n.PEN_DOWN\n4 4\n")
    assert ink(pen_file, "0-2") == [[[1, 1], [2, 2]], [[4, 4]]]
    assert ink(pen_file, "2") == [[[4, 4]]]
    with pytest.raises(UnipenError, match="no ink"):
        ink(pen_file, "1")


def test_coord_gives_the_order_of_the_columns(read):
    assert ink(read(".COORD T Y P X\n.PEN_DOWN\n100 2 0.5 -1.5\n101 4 0.5 3\n"), "0") == [[[-1.5, 2], [3, 4]]]


@pytest.mark.parametrize("text", [".COORD X Y T\n.PEN_DOWN\n1 2\n", ".PEN_DOWN\n1 b\n", ".COORD X T\n.PEN_DOWN\n1 2\n"])
def test_numbers_that_do_not_form_points_are_malformed(read, text):
    with pytest.raises(UnipenError, match="malformed points"):
        ink(read(text), "0")


@pytest.mark.parametrize("number", ["nan", "inf", "-inf", "1e400", "-1e300"])
def test_coordinates_that_no_tablet_has_are_malformed(read, number):
    with pytest.raises(UnipenError, match="malformed points"):
        ink(read(f".PEN_DOWN\n0 0\n1 {number}\n"), "0")


def test_other_columns_than_x_and_y_may_hold_any_number(read):
    assert ink(read(".COORD X Y P\n.PEN_DOWN\n1 2 nan\n"), "0") == [[[1, 2]]]


def test_included_files_are_read_at_the_place_of_their_statement(read):
    pen_file = read(
        ".INCLUDE setup.dat\n.PEN_DOWN\n7 7 0\n.INCLUDE strokes.dat\n.PEN_DOWN\n8 8 0\n",
        setup=".COMMENT d\xe9j\xe0 vu\r\n.COORD Y X T\r\n",
        strokes=".INCLUDE more.dat\n.PEN_DOWN\n1 2 3\n",
        more=".PEN_DOWN\n4 5 6\n",
    )
    assert ink(pen_file, "0-3") == [[[7, 7]], [[5, 4]], [[2, 1]], [[8, 8]]]


def test_a_missing_include_file_is_an_error(read):
    with pytest.raises(UnipenError, match="missing file"):
        read(".INCLUDE nowhere.dat\n")


def test_a_file_that_includes_itself_is_an_error(read):
    with pytest.raises(UnipenError, match="includes itself"):
        read(".INCLUDE other.dat\n", other=".INCLUDE page.dat\n")


@pytest.mark.parametrize(
    ("text", "segment"),
    [
        ('CHARACTER 12-13 OK "4"', Segment("CHARACTER", "12-13", "OK", "4")),
        ('CHARACTER\t0:12-1:5,\n 7 ? "a"', Segment("CHARACTER", "0:12-1:5,7", "?", "a")),
        (r'WORD 3 GOOD "a \"b\" \\"', Segment("WORD", "3", "GOOD", r'a "b" \ '.strip())),
    ],
)
def test_a_segment_has_level_delineation_quality_and_label(text, segment):
    assert parse_segment(text) == segment


@pytest.mark.parametrize("text", ["CHARACTER", 'CHARACTER "4"', "CHARACTER 3 OK 4"])
def test_a_segment_in_another_form_is_malformed(text):
    with pytest.raises(UnipenError, match="malformed segment"):
        parse_segment(text)


def test_segments_keep_their_order(read):
    assert read('.SEGMENT CHARACTER 1 ? "1"\n.SEGMENT odd\n').segments == ['CHARACTER 1 ? "1"', "odd"]
