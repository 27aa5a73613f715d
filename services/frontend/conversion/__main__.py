"""The process: a file on the standard input → a byte that says whether there was more, and a JPEG or WebP file.

If the file can't be converted, the answer is a sentence, and the exit code is REFUSED.
"""

import os
import sys

from services.frontend.conversion.converter import COSTS_TOO_MUCH, REFUSED
from services.frontend.conversion.first_picture import read_first_picture
from services.frontend.elements.data_uri import encode
from services.frontend.elements.decoding import UnshowablePictureError

CPU_LIMIT_S = 5  # ten times the cost of the largest picture
MORE_BYTES = 768 * 1024 * 1024  # of memory than the process has when it starts; twice that of the largest picture
PRIORITY_STEPS = 5  # of `nice`
JPEG_QUALITY = 92


def main() -> None:
    """Converts one file."""
    data, answers = sys.stdin.buffer.read(), os.dup(1)
    os.dup2(2, 1)  # whatever a library prints is no part of the answer
    limit_costs()
    try:
        answer, code = convert_here(data), 0
    except UnshowablePictureError as error:
        answer, code = str(error).encode(), REFUSED
    except MemoryError:
        answer, code = COSTS_TOO_MUCH.encode(), REFUSED
    with os.fdopen(answers, "wb") as file:
        file.write(answer)
    os._exit(code)  # without the clean-up of libraries, which may crash after a hostile file


def convert_here(data: bytes) -> bytes:
    """The answer for a file that can be converted. UnshowablePictureError."""
    picture, has_more = read_first_picture(data)
    # JPEG has no transparency
    written = encode(picture, "WEBP" if picture.mode == "RGBA" else "JPEG", JPEG_QUALITY)
    return bytes([has_more]) + written


def limit_costs() -> None:
    """Limits the processor time and the memory, where the operating system can."""
    try:
        import resource
    except ImportError:  # Windows
        return
    os.nice(PRIORITY_STEPS)
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_LIMIT_S, CPU_LIMIT_S))
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_DATA, (used + MORE_BYTES, used + MORE_BYTES))


if __name__ == "__main__":
    main()
