"""The messages about which model version answers: a curator's wish, the ticket that allows it, and the journal.

The page asks storage for a ticket with the curator's own token. Inference does what the ticket says, without knowing
who curators are.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.message import Message

PromotionAction = Literal["promote", "roll_back", "make_default"]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
MAX_REASON = 1000  # characters
Reason = Annotated[str, Field(min_length=1, max_length=MAX_REASON, pattern=r"^[^\x00]*\S[^\x00]*$")]
MAX_OBJECTIONS, MAX_OBJECTION = 100, 500  # number, and characters of each
Objection = Annotated[str, Field(max_length=MAX_OBJECTION, pattern=r"^[^\x00]*$")]
Objections = Annotated[list[Objection], Field(max_length=MAX_OBJECTIONS)]


def shorten_objections(objections: Sequence[str]) -> list[str]:
    """Return the objections as a message may name them. Where there are too many, the last one says how many more."""
    short = [objection.replace("\0", " ")[:MAX_OBJECTION] for objection in objections]
    if len(short) <= MAX_OBJECTIONS:
        return short
    return [*short[: MAX_OBJECTIONS - 1], f"and {len(short) - MAX_OBJECTIONS + 1} more objections"]


class PromotionRequest(Message):
    """The body of POST /v1/promotions: what is to be done with which version, and why.

    `promote` puts the version in use, `roll_back` does that with the version that was in use before, and `make_default`
    lets the model answer requests that name none. `objections_seen` are the gate's objections that the curator was
    shown; inference compares them with those of the version. `done` is true for a change that the command has made
    already: it is noted in the audit, and there is no ticket. `who` may name the person for the audit; a ticket names
    the caller.
    """

    action: PromotionAction
    name: Name
    version: Name
    why: Reason
    objections_seen: Objections = Field(default_factory=list)
    done: bool = False
    who: Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")] | None = None


class PromotionAnswer(Message):
    """The answer of POST /v1/promotions: the ticket for inference, valid for a minute and once. Null with `done`."""

    ticket: str | None = Field(repr=False)
    expires_at: datetime | None


class TicketClaims(Message):
    """What a ticket says: who may do what until when. Storage signs it and inference verifies it."""

    id: UUID
    action: PromotionAction
    name: Name
    version: Name
    who: str
    why: Reason
    objections_seen: Objections
    expires_at: int  # seconds since the epoch


class TicketToUse(Message):
    """The body of PUT /v1/models/{name}/current and of PUT /v1/default-model."""

    ticket: Annotated[str, Field(min_length=1, max_length=524_288)] = Field(repr=False)


class InUse(Message):
    """The answer to a ticket: the version that answers now, and what answered before.

    For `make_default`, `before` is the name of the model that the file `default` named; null if there was no such file.
    """

    name: str
    version: str
    before: str | None


class JournalEvent(Message):
    """One entry of a model's journal. The names of people are in storage's audit only.

    `event` is for example `promoted`, `held_back`, `rolled_back`, `refined`, `nothing_to_learn`, `failed` or `removed`.
    `version` is empty for an event of no version.
    """

    at: datetime
    event: str
    version: str
    why: str


class ModelJournal(Message):
    """What happened to a model, newest first.

    `version_before` is what a roll-back would put in use; null if there is no such version. `by_ticket` says whether
    this service accepts tickets of curators.
    """

    name: str
    current: str
    version_before: str | None
    by_ticket: bool
    events: list[JournalEvent]
