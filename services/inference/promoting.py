"""Does what the ticket of a curator allows: puts a version in use, goes back to the one before, chooses the default.

Inference knows no curators. Storage has signed the ticket after it checked the curator's right; see
docs/decisions/0035-promotion-by-ticket.md. The version is loaded before the pointer moves to it.
"""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import structlog
from pydantic import SecretStr

from services.inference.catalog import Catalog
from shared.contracts.promotion import InUse, JournalEvent, ModelJournal, TicketClaims, shorten_objections
from shared.promotion_ticket import COMMAND, HOW_TO_CONFIGURE, TicketError, verify_ticket
from shared.recognition.journal import JournalEntry, read_journal
from shared.recognition.model_version import ModelVersionError, find_any_manifest, read_current
from shared.recognition.promotion import (
    BEFORE,
    TICKET,
    PromotionError,
    find_version_before,
    make_default,
    promote,
    roll_back,
)
from shared.web.problems import ProblemError

logger = structlog.get_logger(__name__)

Place = Literal["current", "default"]


class Promoting:
    """Without a key, it refuses every ticket and says which command to use."""

    def __init__(
        self, models_dir: Path, key: SecretStr | None, catalog: Catalog, clock: Callable[[], float] = time.time
    ) -> None:
        self._models_dir = models_dir
        self._key = key
        self._catalog = catalog
        self._clock = clock

    async def use(self, ticket: str, place: Place, name: str | None = None) -> InUse:
        """Do what the ticket says, if it is meant for this place and model. ProblemError, ModelVersionError."""
        claims = self._verify(ticket, place, name)
        await self._check(claims)
        entry = await self._write(claims)
        await self._catalog.refresh()
        logger.info(entry.event, model_version=f"{claims.name}/{claims.version}", ticket=str(claims.id))
        before = entry.details.get(BEFORE)
        return InUse(name=claims.name, version=entry.version, before=before if isinstance(before, str) else None)

    async def describe(self, name: str, limit: int) -> ModelJournal:
        """The last events of a model. ModelVersionError if it has no version in use."""
        return await asyncio.to_thread(self._describe, name, limit)

    def _describe(self, name: str, limit: int) -> ModelJournal:
        current = read_current(self._models_dir, name)
        entries = read_journal(self._models_dir, name)
        fields = {"at", "event", "version", "why"}
        return ModelJournal(
            name=name,
            current=current,
            version_before=find_version_before(self._models_dir, name),
            by_ticket=self._key is not None,
            events=[JournalEvent(**entry.model_dump(include=fields)) for entry in entries[: -limit - 1 : -1]],
        )

    def _verify(self, ticket: str, place: Place, name: str | None) -> TicketClaims:
        if self._key is None:
            raise ProblemError("not_configured", HOW_TO_CONFIGURE)
        try:
            claims = verify_ticket(ticket, self._key.get_secret_value(), self._clock())
        except TicketError as error:
            raise ProblemError("forbidden", str(error)) from error
        is_for_default = claims.action == "make_default"
        if is_for_default != (place == "default") or (name is not None and name != claims.name):
            raise ProblemError("forbidden", "The ticket is for something else.")
        if is_for_default and (setting := self._catalog.default_setting) is not None:
            raise ProblemError("conflict", f"INFERENCE_DEFAULT_MODEL is set to {setting}, so it names the default.")
        return claims

    async def _check(self, claims: TicketClaims) -> None:
        """ProblemError if the curator has not seen the gate's objections, or if the version can't be loaded."""
        try:
            manifest = await asyncio.to_thread(find_any_manifest, self._models_dir, f"{claims.name}/{claims.version}")
            if claims.action != "make_default" and shorten_objections(manifest.objections) != claims.objections_seen:
                detail = "The gate's objections to this version were not shown. Load the page again."
                raise ProblemError("conflict", detail)
            await self._catalog.check(claims.name, claims.version)
        except ModelVersionError as error:
            raise ProblemError("unknown_model", str(error)) from error

    async def _write(self, claims: TicketClaims) -> JournalEntry:
        try:
            return await asyncio.to_thread(self._move, claims)
        except PromotionError as error:
            raise ProblemError("conflict", str(error)) from error
        except OSError as error:
            logger.warning("models_not_writable", reason=str(error))
            reason = error.strerror or str(error)
            detail = f"This service can't write to its models folder: {reason}. Use `{COMMAND}` where the models are."
            raise ProblemError("not_configured", detail) from error

    def _move(self, claims: TicketClaims) -> JournalEntry:
        details = {TICKET: str(claims.id)}
        if claims.action == "make_default":
            return make_default(self._models_dir, claims.name, who=claims.who, why=claims.why, details=details)
        change = promote if claims.action == "promote" else roll_back
        return change(self._models_dir, claims.name, claims.version, who=claims.who, why=claims.why, details=details)
