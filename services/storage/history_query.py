"""The query strings of the history and of what it adds up to: which predictions, how many, and from where on."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from services.storage.cursor import Place, decode_cursor
from shared.contracts.message import Message
from shared.contracts.storage import HistoryFilters, ModelReference


class StatisticsQuery(Message):
    """`model` is `name` or `name/version`; all models count where it is absent."""

    model: ModelReference | None = None


class HistoryQuery(HistoryFilters):
    """A page: the newest, or after the place of `cursor` (older ones), or before that of `newer_than`."""

    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: str | None = None
    newer_than: str | None = None

    @model_validator(mode="after")
    def _one_direction(self) -> Self:
        if self.cursor is not None and self.newer_than is not None:
            raise ValueError("Pass `cursor` or `newer_than`, not both.")
        return self

    def place(self) -> Place | None:
        """Where the page before ended; None asks for the first page. ProblemError for a cursor that is not ours."""
        cursor = self.cursor if self.newer_than is None else self.newer_than
        return None if cursor is None else decode_cursor(cursor)


class CountQuery(HistoryFilters):
    """How many predictions fit, counted no further than `limit`."""

    limit: Annotated[int, Field(ge=1, le=10_000)] = 10_000


def model_parts(model: str | None) -> tuple[str | None, str | None]:
    """`name/version` → both, `name` → (name, None), nothing → (None, None)."""
    name, _, version = (model or "").partition("/")
    return name or None, version or None
