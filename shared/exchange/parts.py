"""Cuts what is sent or written into parts of a number of entries."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def cut(entries: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield the entries in their order, `size` at a time; the last part may have fewer."""
    left = iter(entries)
    while part := list(islice(left, size)):
        yield part
