"""Cuts what is sent or written into parts of a number and a size, because a request and a file have limits of both."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")


def cut(
    entries: Iterable[T], number: int, measure: Callable[[T], int] = lambda entry: 0, size: int = 0
) -> Iterator[list[T]]:
    """Yield the entries in their order, at most `number` at a time, and together no larger than `size` by `measure`.

    An entry that is larger than `size` is a part of its own.
    """
    part: list[T] = []
    taken = 0
    for entry in entries:
        if part and taken + measure(entry) > size:
            yield part
            part, taken = [], 0
        part.append(entry)
        taken += measure(entry)
        if len(part) == number:
            yield part
            part, taken = [], 0
    if part:
        yield part
