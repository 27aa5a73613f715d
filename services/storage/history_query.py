"""The query string of GET /v1/predictions: which predictions, how many, and from where on."""

from typing import Annotated

from pydantic import AwareDatetime, Field

from services.storage.cursor import Place, decode_cursor
from shared.contracts.message import Digit, Message
from shared.contracts.storage import Source


class HistoryQuery(Message):
    """Filters narrow the history together. `digit` is what was read, `label` what was meant.

    `correct` keeps labelled predictions only; `model` is `name` or `name/version`; `since` ≤ created_at < `until`.
    """

    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: str | None = None
    digit: Digit | None = None
    label: Digit | None = None
    labelled: bool | None = None
    correct: bool | None = None
    model: Annotated[str, Field(pattern="^[^/]+(/.+)?$", max_length=129)] | None = None
    source: Source | None = None
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None

    def place(self) -> Place | None:
        """Where the page before ended; None asks for the first page. ProblemError for a cursor that is not ours."""
        return None if self.cursor is None else decode_cursor(self.cursor)

    def model_parts(self) -> tuple[str | None, str | None]:
        """`name/version` → both, `name` → (name, None), nothing → (None, None)."""
        if self.model is None:
            return None, None
        name, _, version = self.model.partition("/")
        return name, version or None
