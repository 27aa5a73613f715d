"""Replaces a file in one atomic step: a kill or a full disk leaves the old file or the new one, never half of one."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield the path of a temporary file to write. It takes the place of `path` if the block ends without an error."""
    temporary = path.with_suffix(".writing")
    yield temporary
    temporary.replace(path)
