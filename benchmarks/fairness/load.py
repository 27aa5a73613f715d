"""What a load is: its name, its caller, and how it is measured."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.fairness.callers import Caller, Repeating
from benchmarks.fairness.request import Request
from benchmarks.fairness.slow_callers import Trickling

MIB = 2**20
PICTURE_GROWTH_MIB = 150  # target
HELD_GROWTH_MIB = 100  # target, for bodies, headers and keys that add up to hundreds of MiB
LINE_BYTES = 64 * 1024


@dataclass(frozen=True)
class Load:
    """`make` builds the caller, which may take seconds. `growth_mib` is the target of the memory, None if it has none.

    `together` also measures four callers at the address of the others.
    """

    name: str
    make: Callable[[], Caller]
    growth_mib: int | None = None
    callers: tuple[int, ...] = (1, 4)
    together: bool = False


def list_connection_loads(get: Request, post: Request) -> Sequence[Load]:
    """Loads of every service. `get` is answered at once, and `post` takes a body."""
    letters, lines = b"a" * LINE_BYTES, b"X-Line: a\r\n" * 1000
    long_line = b"X-Long: " + b"a" * LINE_BYTES + b"\r\n"
    return [
        Load(
            "one header of 100 MiB",
            lambda: Trickling(get, 1, letters, 1600, start=b"X-Long: ", end=b"\r\n\r\n"),
            HELD_GROWTH_MIB,
            together=True,
        ),
        Load("100,000 headers", lambda: Trickling(get, 1, lines, 100, end=b"\r\n"), HELD_GROWTH_MIB),
        Load(
            "300 MiB of headers over 100 connections",
            lambda: Trickling(get, 100, long_line, 48, drip=b"X-Slow: a\r\n"),
            HELD_GROWTH_MIB,
        ),
        Load(
            "1,000 connections that send a header a second",
            lambda: Trickling(get, 1000, drip=b"X-Slow: a\r\n"),
            HELD_GROWTH_MIB,
            together=True,
        ),
        Load(
            "512 bodies, a byte a second",
            lambda: Trickling(post, 512, length=1000),
            HELD_GROWTH_MIB,
            together=True,
        ),
        make_held_bodies("64 bodies of 16 MB that stop before their last kB", post),
    ]


def make_held_bodies(name: str, post: Request, start: bytes = b"") -> Load:
    """64 bodies of 16 MB each. All but the last kB is sent at once. `start` is the beginning of each body."""
    pieces = 16 * MIB // LINE_BYTES - 1
    length = 16 * MIB - LINE_BYTES + len(start) + 1000

    def make() -> Caller:
        return Trickling(post, 64, b"a" * LINE_BYTES, pieces, length=length, start=start)

    return Load(name, make, HELD_GROWTH_MIB)


def make_repeating(
    name: str, make: Callable[[], Request], growth_mib: int | None = None, *, together: bool = False
) -> Load:
    """A load that repeats one request."""
    return Load(name, lambda: Repeating(make()), growth_mib, together=together)
