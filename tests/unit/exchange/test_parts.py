"""Parts of a number of entries and of a size."""

from itertools import count, islice

import pytest

from shared.exchange.parts import cut


def test_a_part_has_a_number_of_entries_and_the_last_one_the_rest():
    assert list(cut(range(7), 3)) == [[0, 1, 2], [3, 4, 5], [6]]
    assert list(cut(range(6), 3)) == [[0, 1, 2], [3, 4, 5]]
    assert list(cut([], 3)) == []


@pytest.mark.parametrize(
    ("texts", "parts"),
    [
        ("aa bb cc", ["aa bb", "cc"]),
        ("aaa bb c", ["aaa", "bb c"]),
        ("a b c d", ["a b c", "d"]),
        ("a bbbbbb c", ["a", "bbbbbb", "c"]),
        ("aaaaaa b", ["aaaaaa", "b"]),
    ],
)
def test_a_part_has_a_size_that_only_a_single_entry_exceeds(texts, parts):
    assert list(cut(texts.split(), 3, len, 4)) == [part.split() for part in parts]


def test_a_full_part_does_not_wait_for_the_entry_after_it():
    entries = count()
    assert list(islice(cut(entries, 3), 2)) == [[0, 1, 2], [3, 4, 5]]
    assert next(entries) == 6
