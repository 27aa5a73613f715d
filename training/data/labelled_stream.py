"""Streams the labelled drawings from storage, one at a time."""

from collections.abc import Iterable, Iterator

import httpx
from pydantic import ValidationError

from shared.contracts.storage import LabelledDrawing
from training.errors import DataUnavailableError

HOW_TO_GIVE_IT = "set STORAGE_TOKEN to the token that storage was started with"
CURATORS = "set STORAGE_TOKEN to that of a curator, or to the token that storage was started with"
TIMEOUT_S = 30.0  # longest wait for the next piece of the stream, not for the whole stream
NO_STORAGE = "{} did not answer with labelled drawings: give the URL of storage with --storage-url."
MOST_LINE_BYTES = 32 * 1024 * 1024  # a drawing has up to 12 MiB, a third more as base64


def stream_labelled_drawings(storage_url: str, token: str, newest: int) -> Iterator[LabelledDrawing]:
    """Yield the `newest` labelled drawings of all owners in turn, one at a time, oldest label first.

    DataUnavailableError, at any point of the stream, if storage cannot be reached, refuses the token, or stops early.
    """
    if not token:
        raise DataUnavailableError(f"No token for storage was given: {HOW_TO_GIVE_IT}.")
    try:
        with httpx.stream(
            "GET",
            f"{storage_url.rstrip('/')}/v1/labelled-drawings",
            params={"newest": newest, "in_turn": True},
            headers={b"Authorization": f"Bearer {token}".encode()},
            timeout=TIMEOUT_S,
        ) as response:
            _check_status(response, storage_url)
            for line in _split_lines(response.iter_bytes()):
                yield LabelledDrawing.model_validate_json(line, extra="ignore")  # a newer storage may add fields
    except (httpx.HTTPError, httpx.InvalidURL) as error:  # show only its type: its text may contain the token
        raise DataUnavailableError(
            f"Storage at {storage_url} could not be read ({type(error).__name__}): "
            "start it, or give another URL with --storage-url."
        ) from error
    except (ValidationError, LineTooLongError) as error:
        raise DataUnavailableError(NO_STORAGE.format(storage_url)) from error


class LineTooLongError(ValueError):
    """What answers sends no lines."""


def _split_lines(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the lines. httpx would also end a line at U+2028, which a text may hold, such as the name of a model."""
    begun: list[bytes] = []
    length = 0
    for part in parts:
        first, *others = part.split(b"\n")
        begun.append(first)
        length += len(first)
        if length > MOST_LINE_BYTES:
            raise LineTooLongError
        for other in others:
            yield b"".join(begun)
            begun, length = [other], len(other)
    if line := b"".join(begun):
        yield line


def _check_status(response: httpx.Response, storage_url: str) -> None:
    """DataUnavailableError if storage did not answer with labelled drawings."""
    if response.status_code == httpx.codes.UNAUTHORIZED:
        raise DataUnavailableError(f"Storage at {storage_url} refused the token: {HOW_TO_GIVE_IT}.")
    if response.status_code == httpx.codes.FORBIDDEN:
        raise DataUnavailableError(f"This token may not read labels from storage at {storage_url}: {CURATORS}.")
    if response.is_redirect or response.status_code == httpx.codes.NOT_FOUND:
        raise DataUnavailableError(NO_STORAGE.format(storage_url))
    if not response.is_success:
        raise DataUnavailableError(
            f"Storage at {storage_url} answered {response.status_code} {response.reason_phrase}: "
            "try again once it is ready."
        )
