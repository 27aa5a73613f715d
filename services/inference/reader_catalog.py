"""The versions of the reader network in `models/reader/`: finds and checks the one in use, once per second.

The worker process of the long lane runs the network. This process loads a newly published version once, to see that it
works, before questions name it. It keeps the manifest only.
"""

import asyncio
from pathlib import Path

import structlog

from services.inference.engines.choice import MakePageEngine
from services.inference.page_reader import ReaderUnavailableError, load_page_reader
from services.inference.version_files import Attempt, identify_attempt
from shared.contracts.inference import RefusedVersion, VersionDescription
from shared.recognition.model_version import (
    READER,
    ModelVersionError,
    ReaderManifest,
    VersionManifest,
    list_reader_versions,
    read_current,
    read_reader_manifest,
)

logger = structlog.get_logger(__name__)


class ReaderCatalog:
    """Use it in one event loop. A version that can't be used is reported, and the one before stays in use."""

    def __init__(self, models_dir: Path, make_engine: MakePageEngine) -> None:
        self._models_dir = models_dir
        self._make_engine = make_engine
        self._in_use: ReaderManifest | None = None
        self._refused: dict[str, str] = {}  # version → the reason why it can't be loaded
        self._refreshing = asyncio.Lock()
        self._was_looked_for = False
        self._failed: Attempt | None = None  # to load the version that `current` names

    async def find(self) -> str | None:
        """The version in use; None if there is none. Only the first call waits for it to be loaded."""
        if not self._was_looked_for:
            await self.refresh()
        return self.in_use

    @property
    def in_use(self) -> str | None:
        """The version in use, as far as it is known."""
        return self._in_use.version if self._in_use else None

    @property
    def is_failing(self) -> bool:
        """Whether the version that `current` names can't be loaded."""
        return self._failed is not None

    async def get(self) -> ReaderManifest:
        """The version in use. ReaderUnavailableError if there is none."""
        if self._in_use is None:
            await self.refresh()
        if self._in_use is None:
            reason = "; ".join(self._refused.values()) or "There is no version of the reader network in models/reader."
            raise ReaderUnavailableError(f"Pages can't be read. {reason}")
        return self._in_use

    async def refresh(self) -> None:
        """Use the version that `current` names, if it is another one that works."""
        async with self._refreshing:
            await self._use_current()
            self._was_looked_for = True

    async def _use_current(self) -> None:
        try:
            version = await asyncio.to_thread(read_current, self._models_dir, READER)
        except ModelVersionError:
            self._failed = None
            return  # there is no reader network; that is reported to whoever asks
        if self._in_use is None or self._in_use.version != version:
            await self._try_to_use(version)
        else:
            self._failed = None

    async def _try_to_use(self, version: str) -> None:
        attempt = await asyncio.to_thread(identify_attempt, self._models_dir / READER / version)
        if attempt == self._failed:
            return
        try:
            reader = await asyncio.to_thread(load_page_reader, self._models_dir, version, self._make_engine)
        except ModelVersionError as error:  # its files may still be copied
            if self._refused.get(version) != str(error):
                logger.error("model_version_refused", model_version=f"{READER}/{version}", reason=str(error))
            self._refused[version] = str(error)
            self._failed = attempt
            return
        self._failed = None
        self._refused.pop(version, None)
        self._in_use = reader.manifest

    async def check(self, version: str) -> None:
        """ModelVersionError if the version can't be loaded."""
        await asyncio.to_thread(load_page_reader, self._models_dir, version, self._make_engine)

    def describe(self) -> tuple[list[VersionDescription], list[RefusedVersion]]:
        """Every version on disk, and those that can't be used. Call it in a thread: it reads files."""
        described, refused = [], []
        current = self._in_use.version if self._in_use else None
        for version in list_reader_versions(self._models_dir):
            try:
                manifest = read_reader_manifest(self._models_dir, version)
                reason = self._refused.get(version)
            except ModelVersionError as error:
                reason = str(error)
            if reason is None:
                described.append(describe_version(manifest, current=version == current))
            else:
                refused.append(RefusedVersion(name=READER, version=version, reason=reason))
        return described, refused


def describe_version(manifest: VersionManifest, *, current: bool) -> VersionDescription:
    """The manifest as a message of the API."""
    return VersionDescription(
        name=manifest.name,
        version=manifest.version,
        current=current,
        created_at=manifest.created_at,
        architecture=manifest.architecture,
        parameters=manifest.parameters,
        metrics=manifest.metrics,
        objections=manifest.objections,
    )
