"""What a question is answered with: loaded networks, and the folder that they are from."""

from dataclasses import dataclass
from pathlib import Path

from services.inference.page_reader import PageReader, ReaderUnavailableError
from services.inference.recogniser import Recogniser

NO_READER = ReaderUnavailableError("Pages can't be read without a version of the reader network.")


@dataclass(frozen=True)
class Networks:
    """`recogniser` reads images. `page_reader` finds the digits of pages; an error says why there is none."""

    models_dir: Path
    recogniser: Recogniser
    page_reader: PageReader | ReaderUnavailableError = NO_READER

    @property
    def reader(self) -> PageReader | None:
        """The reader; None if there is none."""
        return self.page_reader if isinstance(self.page_reader, PageReader) else None

    def get_reader(self) -> PageReader:
        """The reader. ReaderUnavailableError if there is none."""
        if isinstance(self.page_reader, PageReader):
            return self.page_reader
        raise ReaderUnavailableError(str(self.page_reader))
