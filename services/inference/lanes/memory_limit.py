"""Limits the memory that one question may use, on Linux. Beyond it, an allocation fails with MemoryError.

The limits of the decoders keep every known picture far below it. It is there for files that nobody has thought of.
"""

import resource
from pathlib import Path

QUESTION_BYTES = 512 * 1024 * 1024  # three times the memory of the worst known picture
STATM = Path("/proc/self/statm")  # the first number is the size of the address space in pages


def lift_memory_limit() -> None:
    """Allow any memory, for loading a model version."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))


def limit_memory() -> None:
    """Allow QUESTION_BYTES more than the process has now."""
    if not STATM.exists():
        return
    limit = int(STATM.read_text().split()[0]) * resource.getpagesize() + QUESTION_BYTES
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))
