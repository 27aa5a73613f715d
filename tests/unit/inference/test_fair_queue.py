"""Callers take turns, and each caller's items keep their order."""

import pytest

from services.inference.lanes.fair_queue import FairQueue


def take_all(queue: FairQueue[int]) -> list[int]:
    taken = []
    while queue:
        taken.append(queue.take())
    return taken


def test_the_items_of_one_caller_keep_their_order() -> None:
    queue: FairQueue[int] = FairQueue()
    for number in range(5):
        queue.put("ann", number)
    assert take_all(queue) == [0, 1, 2, 3, 4]


def test_callers_take_turns() -> None:
    queue: FairQueue[int] = FairQueue()
    for number in range(4):
        queue.put("ann", number)
    queue.put("bob", 10)
    queue.put("cleo", 20)
    queue.put("cleo", 21)
    assert take_all(queue) == [0, 10, 20, 1, 21, 2, 3]


def test_an_item_that_is_given_back_is_the_next_one() -> None:
    queue: FairQueue[int] = FairQueue()
    queue.put("ann", 1)
    queue.put("bob", 2)
    first = queue.take()
    queue.put_first("ann", first)
    assert take_all(queue) == [1, 2]


def test_nothing_can_be_taken_from_an_empty_queue() -> None:
    with pytest.raises(IndexError):
        FairQueue[int]().take()
