"""The version in shadow of the default model: finds its name in `models/<name>/shadow` once per second, and loads it.

A version that can't run is reported and not tried again before a file of it changes. The version in use and its answers
do not depend on anything here.
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import structlog

from services.inference.recogniser import Recogniser
from services.inference.version_files import Files, list_files
from shared.contracts.inference import RefusedVersion
from shared.contracts.message import ModelVersion
from shared.recognition.model_version import SHADOW, Manifest, ModelVersionError, read_shadow

logger = structlog.get_logger(__name__)


class ShadowCatalog:
    """Use it in one event loop. `load` loads `name/version`, or raises ModelVersionError."""

    def __init__(self, models_dir: Path, load: Callable[[str], Awaitable[Recogniser]]) -> None:
        self.version: Manifest | None = None  # what runs in shadow
        self._refused: RefusedVersion | None = None
        self._models_dir = models_dir
        self._load = load
        self._files: Files = []  # of the version that was tried last, at that time

    async def refresh(self, in_use: str) -> None:
        """Let the version run that the model of `in_use`, which is `name/version`, has in its shadow."""
        name = in_use.partition("/")[0]
        try:
            wanted = await asyncio.to_thread(read_shadow, self._models_dir, name)
        except ModelVersionError as error:
            self.refuse(f"{name}/{SHADOW}", str(error))
            return
        if wanted in (None, in_use):  # the version in use has no need of a shadow of its own
            self.version = self._refused = None
        elif wanted is not None and (self.version is None or self.version.reference != wanted):
            await self._try_to_run(wanted)

    async def _try_to_run(self, reference: str) -> None:
        files = await asyncio.to_thread(list_files, self._models_dir / reference)
        if self._refused and self._refused.reference == reference and files == self._files:
            return
        self._files = files
        if not files:  # it may still be in memory here, but nobody else could load it
            self.refuse(reference, f"There is no {reference}.")
            return
        try:
            self.version = (await self._load(reference)).manifest
        except ModelVersionError as error:
            self.refuse(reference, str(error))
            return
        self._refused = None
        logger.info("shadow_began", model_version=reference)

    def refuse(self, reference: str, reason: str) -> None:
        """Let this version run no longer, because it can't."""
        name, _, version = reference.partition("/")
        refused = RefusedVersion(name=name, version=version, reason=f"It can't run in shadow. {reason}")
        if refused != self._refused:
            logger.error("shadow_refused", model_version=reference, reason=reason)
        self.version, self._refused = None, refused

    def describe(self) -> ModelVersion | None:
        """What runs in shadow."""
        return ModelVersion(name=self.version.name, version=self.version.version) if self.version else None

    def add_refused(self, refused: list[RefusedVersion]) -> list[RefusedVersion]:
        """These versions and the one that can't run in shadow, unless it is among them."""
        if self._refused is None or self._refused.reference in [one.reference for one in refused]:
            return refused
        return [*refused, self._refused]
