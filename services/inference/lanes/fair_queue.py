"""A queue in which the callers take turns: a caller with many waiting items delays the others by one item at most."""

from collections import OrderedDict, deque
from typing import Generic, TypeVar

T = TypeVar("T")


class FairQueue(Generic[T]):
    """Items of one caller keep their order. It has no lock: use it in one thread or under a lock."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, deque[T]] = OrderedDict()  # the caller whose turn is next comes first

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def put(self, caller: str, item: T) -> None:
        """Add an item behind the caller's other items."""
        items = self._waiting.get(caller)
        if items is None:
            items = self._waiting[caller] = deque()
        items.append(item)

    def put_first(self, caller: str, item: T) -> None:
        """Give an item back that was taken: it is the next one to be taken."""
        self._waiting.setdefault(caller, deque()).appendleft(item)
        self._waiting.move_to_end(caller, last=False)

    def take(self) -> T:
        """Remove the next item. IndexError if there is none."""
        if not self._waiting:
            raise IndexError("the queue is empty")
        caller, items = next(iter(self._waiting.items()))
        item = items.popleft()
        if items:
            self._waiting.move_to_end(caller)
        else:
            del self._waiting[caller]
        return item
