"""A drawing as a caller sent it, before any costly work. The HTTP layer makes it, and a lane parses it."""

from collections.abc import Sequence
from typing import Protocol

from shared.recognition.preprocessing import Image

Drawing = bytes | Image  # the bytes of a picture file, or a 28×28 image that needs no preprocessing


class DrawingSource(Protocol):
    """A drawing in one of the accepted forms."""

    @property
    def size_bytes(self) -> int:
        """The size as it was sent."""

    def parse(self) -> Drawing:
        """RequestValidationError if it is malformed. Call it in a worker thread: it may take long."""


class PictureSource(Protocol):
    """A picture in one of the accepted forms. A page can only be sent as a picture."""

    def parse(self) -> bytes:
        """The bytes of a picture file. RequestValidationError. Call it in a worker thread."""


class DrawingList(Protocol):
    """The body of a batch."""

    def parse(self) -> Sequence[DrawingSource]:
        """Its drawings. RequestValidationError, ProblemError. Call it in a worker: it may take long."""
