"""Few drawings are chosen of many: of every kind, of every person and of every digit in turn."""

from collections import Counter
from uuid import UUID

from services.storage.suggestion_choice import Candidate, choose_candidates

ADA, BEN = UUID(int=1), UUID(int=2)


def make(number: int, owner: UUID | None = ADA, digit: int = 0, kind: str = "doubtful") -> Candidate:
    return Candidate(UUID(int=number), owner, digit, kind, None)  # type: ignore[arg-type]


def test_the_kinds_take_turns_as_long_as_each_has_drawings():
    many = [make(number) for number in range(10)]
    few = [make(100, kind="disputed"), make(200, kind="suspected"), make(201, kind="suspected")]
    chosen = choose_candidates([*many, *few], 6)
    assert Counter(one.kind for one in chosen) == {"doubtful": 3, "disputed": 1, "suspected": 2}
    assert {one.kind for one in chosen[:3]} == {"doubtful", "disputed", "suspected"}


def test_one_person_with_many_drawings_leaves_room_for_another():
    chosen = choose_candidates([*(make(number) for number in range(100)), make(100, BEN), make(101, BEN)], 4)
    assert Counter(one.owner for one in chosen) == {ADA: 2, BEN: 2}


def test_the_drawings_of_one_person_are_spread_over_digits():
    ones = [make(number, digit=1) for number in range(50)]
    chosen = choose_candidates([*ones, *(make(50 + digit, digit=digit) for digit in range(2, 10))], 10)
    assert Counter(one.digit for one in chosen) == {1: 2, **dict.fromkeys(range(2, 10), 1)}


def test_of_equals_the_first_is_chosen():
    assert [one.id.int for one in choose_candidates([make(number) for number in (5, 3, 4)], 2)] == [5, 3]


def test_a_drawing_with_two_reasons_is_asked_about_once():
    chosen = choose_candidates([make(1), make(1, kind="suspected")], 10)
    assert len(chosen) == 1


def test_without_candidates_nothing_is_chosen():
    assert choose_candidates([], 10) == []
