"""Starts the process that converts a file, one at a time, and takes its answer."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import structlog

logger = structlog.get_logger(__name__)

ROOT = Path(__file__).parents[3]  # the folder of `services`
COMMAND = [sys.executable, "-m", "services.frontend.conversion"]
TIMEOUT_S = 60  # on a busy machine; the process itself ends after a few seconds of processor time
REFUSED = 3  # exit code of the process if its answer is a sentence
COSTS_TOO_MUCH = "It takes too much time or memory to read this file. Save it as a JPEG or PNG picture and try again."
CONVERTER = ThreadPoolExecutor(1, "converter")  # one file at a time, so that the memory of all is bounded


class NotConvertedError(Exception):
    """The message is a sentence for the visitor."""


@dataclass(frozen=True)
class Converted:
    """A JPEG or WebP file. `has_more`: the file had further pages, or it was an animation."""

    data: bytes
    has_more: bool


def convert(data: bytes) -> Converted:
    """A file of the kinds in `shared.picture_kinds` that need it, or of any kind that is to become smaller.

    NotConvertedError.
    """
    return CONVERTER.submit(_run, data).result()


def _run(data: bytes) -> Converted:
    try:
        # ruff's S603 is about input from outside; the command has none
        done = subprocess.run(COMMAND, input=data, capture_output=True, timeout=TIMEOUT_S, cwd=ROOT, check=False)  # noqa: S603
    except subprocess.TimeoutExpired as error:
        raise NotConvertedError(COSTS_TOO_MUCH) from error
    if done.returncode == REFUSED:
        raise NotConvertedError(done.stdout.decode())
    if done.returncode or not done.stdout:
        logger.warning("conversion_ended", exit_code=done.returncode, bytes=len(data), error=done.stderr[-500:])
        raise NotConvertedError(COSTS_TOO_MUCH)
    return Converted(done.stdout[1:], bool(done.stdout[0]))
