"""Replaces a file in one atomic step: a kill or a full disk leaves the old file or the new one, never half of one."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield the path of a temporary file to write. It takes the place of `path` if the block ends without an error.

    After an error it is removed. After a kill it stays, and the next call writes it anew.
    """
    temporary = writing_path(path)
    try:
        yield temporary
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def writing_path(path: Path) -> Path:
    """Return the path of the temporary file."""
    return path.with_suffix(".writing")
