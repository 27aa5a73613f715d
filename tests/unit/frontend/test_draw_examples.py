"""The example drawings as strokes of the canvas, and how they are told from a person's drawing."""

import pytest

from services.frontend.session.sheet import CHALK, SLATE
from services.frontend.views.draw.examples import EXAMPLES, is_example, make_strokes
from services.frontend.views.draw.strokes import has_several_parts


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_strokes_of_an_example_are_marked_as_such(name: str) -> None:
    assert is_example(make_strokes(name))


def test_the_number_has_digits_that_stand_apart() -> None:
    assert [name for name in EXAMPLES if has_several_parts(make_strokes(name))] == ["forty-two"]


def test_a_drawing_that_a_person_made_or_added_to_is_no_example() -> None:
    example = make_strokes("three")
    assert not is_example([])
    assert not is_example([{"type": "Path", "stroke": CHALK}])
    assert not is_example([*example, {"type": "Path", "stroke": CHALK}])
    assert not is_example([*example, {"type": "Path", "stroke": SLATE}])  # wiped with the eraser
