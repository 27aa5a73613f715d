"""The query parameters of the routes that read the history, its count and its statistics."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from services.storage.cursor import Place, decode_cursor
from shared.contracts.message import Message
from shared.contracts.storage import HistoryFilters, ModelReference


class StatisticsQuery(Message):
    """Which predictions to count: those of `model` (`name` or `name/version`), or all if it is absent."""

    model: ModelReference | None = None


class HistoryQuery(HistoryFilters):
    """Which page to read: the newest, the one after `cursor` (older), or the one before `newer_than` (newer)."""

    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: str | None = None
    newer_than: str | None = None

    @model_validator(mode="after")
    def _check_direction(self) -> Self:
        if self.cursor is not None and self.newer_than is not None:
            raise ValueError("Send `cursor` or `newer_than`, not both.")
        return self

    def decode_place(self) -> Place | None:
        """Decode the cursor; None asks for the first page. ProblemError if the cursor is invalid."""
        cursor = self.cursor if self.newer_than is None else self.newer_than
        return None if cursor is None else decode_cursor(cursor)


class CountQuery(HistoryFilters):
    """Which predictions to count. Counting ends at `limit`."""

    limit: Annotated[int, Field(ge=1, le=10_000)] = 10_000


def split_model_reference(model: str | None) -> tuple[str | None, str | None]:
    """Split `name/version` → (name, version), `name` → (name, None), None → (None, None)."""
    name, _, version = (model or "").partition("/")
    return name or None, version or None
