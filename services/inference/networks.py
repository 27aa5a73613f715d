"""The networks that a question is answered with, loaded."""

from dataclasses import dataclass

from services.inference.page_reader import PageReader, ReaderUnavailableError
from services.inference.recogniser import Recogniser


@dataclass(frozen=True)
class Networks:
    """`recogniser` reads images. `reader` finds the digits of pages; only questions about pages come with one."""

    recogniser: Recogniser
    reader: PageReader | None = None

    def get_reader(self) -> PageReader:
        """The reader. ReaderUnavailableError if the question came without one."""
        if self.reader is None:
            raise ReaderUnavailableError("Pages can't be read without a version of the reader network.")
        return self.reader
