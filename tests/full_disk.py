"""A disk that becomes full, for the process of the test."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def files_end_after(size: int) -> Iterator[None]:
    """No file can become longer than `size` bytes: a write that goes beyond takes a part, and the next is an error."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
