"""The model versions in `models/`: finds them by name, loads them on first use, and drops them to save memory.

The catalog reads the folder once per second. It loads a newly published version before that version answers. If
loading fails, the catalog reports the version as refused and keeps the previous one in use. `shadows` does the same for
the version that runs in shadow of the default model.
"""

import asyncio
import time
from collections import OrderedDict
from contextlib import suppress
from pathlib import Path

import structlog

from services.inference.default_model import DefaultModel
from services.inference.engines.choice import MakeEngine, MakePageEngine
from services.inference.reader_catalog import ReaderCatalog, describe_version
from services.inference.recogniser import Recogniser, load_recogniser
from services.inference.shadow_catalog import ShadowCatalog
from services.inference.version_files import Attempt, identify_attempt
from shared.contracts.drift import DriftReport
from shared.contracts.inference import ModelDescription, ModelDetails, ModelList, RefusedVersion
from shared.contracts.message import ModelVersion
from shared.recognition.drift_file import read_drift_report
from shared.recognition.model_version import (
    CURRENT,
    DEFAULT,
    GRAPH,
    READER,
    Manifest,
    ModelVersionError,
    check_name,
    check_reads_images,
    folder_of,
    list_versions,
    read_current,
    read_manifest,
)

logger = structlog.get_logger(__name__)

REFRESH_INTERVAL_S = 1.0
MEMORY_PER_GRAPH_BYTE = 4  # two precisions, each with a copy while it is compiled


class Catalog:
    """Use it in one event loop. Loading runs in threads; simultaneous requests for a version load it only once."""

    def __init__(
        self,
        models_dir: Path,
        default_model: str | None,
        make_engine: MakeEngine,
        make_page_engine: MakePageEngine,
        memory_budget_mb: int,
    ) -> None:
        self.readers = ReaderCatalog(models_dir, make_page_engine)
        self.shadows = ShadowCatalog(models_dir, self.get)
        self._models_dir = models_dir
        self._default = DefaultModel(models_dir, default_model)
        self._default_model = self._default.read()
        self._make_engine = make_engine
        self._budget_bytes = memory_budget_mb * 1_000_000
        self._loaded: OrderedDict[str, Recogniser] = OrderedDict()  # by `name/version`, least recently used first
        self._loading: dict[str, asyncio.Task[Recogniser]] = {}
        self._in_use: dict[str, str] = {}  # name → the version that answers requests for that name
        self._refused: dict[str, str] = {}  # `name/version` → the reason why it can't be loaded
        self._unreadable: dict[str, str] = {}  # name → the reason why its file `current` can't be read
        self._refreshing = asyncio.Lock()
        self._failed_default = ""
        self._failing: dict[str, Attempt] = {}  # name → the attempt to load the version that its file `current` names
        self.refreshed_at = time.time()  # the last time without an error

    async def get(self, reference: str | None = None) -> Recogniser:
        """Return a version, loaded: `name` means the version in use, None the default model.

        `reference` is `name` or `name/version`. ModelVersionError if it does not exist or can't be loaded.
        """
        name, _, version = (reference or self._default_model).partition("/")
        check_reads_images(name)
        wanted = f"{name}/{version or self._in_use.get(name) or await self._find_current(name)}"
        recogniser = self._loaded.get(wanted)
        if recogniser is None:
            return await self._load(wanted)
        self._loaded.move_to_end(wanted)
        return recogniser

    async def watch(self) -> None:
        """Refresh once per second until the task is cancelled. No error ends it; a lasting one is logged once."""
        failure = ""
        while True:
            try:
                await self.refresh()
                failure = ""
            except Exception as error:
                if failure != (failure := repr(error)):
                    logger.exception("models_not_refreshed")
            await asyncio.sleep(REFRESH_INTERVAL_S)

    async def refresh(self) -> None:
        """Read the folder, and load and use the versions that `current` and `default` newly name."""
        async with self._refreshing:  # one that began earlier must not end later with what it read earlier
            await self.readers.refresh()
            await self._refresh_current()
            await self._refresh_default()
            await self.shadows.refresh(self._default_reference())
            self.refreshed_at = time.time()

    @property
    def in_use(self) -> dict[str, str]:
        """The version that answers, for each model that was asked."""
        reader = {READER: in_use} if (in_use := self.readers.in_use) else {}
        return self._in_use | reader

    @property
    def unusable(self) -> set[str]:
        """The models whose version in use can't be read or loaded; `default` if that is the choice of the default."""
        default = {DEFAULT} if self._failed_default or self._default.is_unreadable else set()
        reader = {READER} if self.readers.is_failing else set()
        return self._unreadable.keys() | self._failing.keys() | default | reader

    async def _refresh_current(self) -> None:
        current, unreadable = await asyncio.to_thread(read_pointers, self._models_dir)
        for name in unreadable.keys() - self._unreadable.keys():
            logger.warning("pointer_unreadable", model=name, reason=unreadable[name])
        self._unreadable = unreadable
        failing: dict[str, Attempt] = {}
        for name, version in current.items():
            if self._in_use.get(name) == version or (name not in self._in_use and name != self._default_model):
                continue  # unchanged, or nobody has asked for this model yet
            reference = f"{name}/{version}"
            failing[name] = await asyncio.to_thread(identify_attempt, self._models_dir / reference)
            if failing[name] == self._failing.get(name) and reference not in self._loaded:
                continue
            with suppress(ModelVersionError):  # _load reports it; its files may still be copied
                await self.get(reference)  # it may be loaded already, by its full name
                self._in_use[name] = version
                del failing[name]
        self._failing = failing

    def find_shadow_of(self, recogniser: Recogniser) -> Manifest | None:
        """The version that runs in shadow of this one; None if there is none."""
        shadow = self.shadows.version
        return shadow if shadow and recogniser.manifest.reference == self._default_reference() else None

    async def _refresh_default(self) -> None:
        named = await asyncio.to_thread(self._default.read, self._default_model)
        if named == self._default_model:
            return
        try:
            await self.get(named)
        except ModelVersionError as error:  # retry at the next refresh
            if self._failed_default != named:
                logger.error("default_model_unavailable", reason=str(error))
            self._failed_default = named
            return
        self._default_model, self._failed_default = named, ""

    @property
    def default_setting(self) -> str | None:
        """INFERENCE_DEFAULT_MODEL, if it is set. Then the file `default` has no effect."""
        return self._default.setting

    async def check(self, name: str, version: str) -> None:
        """Load the version as it will be used. ModelVersionError if it does not exist or can't be loaded."""
        if name == READER:
            await self.readers.check(version)
        else:
            await self.get(f"{name}/{version}")

    async def describe(self) -> ModelList:
        """Describe every version on disk. ModelVersionError if the default model can't be loaded."""
        default = (await self.get()).manifest
        described, refused = await asyncio.to_thread(self._describe_all)
        await self.readers.find()
        readers, refused_readers = await asyncio.to_thread(self.readers.describe)
        return ModelList(
            default=ModelVersion(name=default.name, version=default.version),
            models=described,
            shadow=self.shadows.describe(),
            readers=readers,
            refused=self.shadows.add_refused(refused) + refused_readers,
        )

    async def describe_one(self, name: str, version: str | None) -> ModelDetails:
        """Describe one version in full, or with None the one in use. ModelVersionError if it does not exist."""
        if version is None:
            version = await asyncio.to_thread(read_current, self._models_dir, name)
        manifest = await asyncio.to_thread(read_manifest, self._models_dir, name, version)
        current = await asyncio.to_thread(is_current, self._models_dir, name, version)
        loaded = self._loaded.get(manifest.reference)
        return ModelDetails(
            **describe(manifest, current=current).model_dump(),
            engine=loaded and loaded.engine.name,
            temperature=manifest.calibration.temperature,
            **manifest.model_dump(include={"data", "recipe", "libraries", "epochs"}),
        )

    async def find_versions(self, name: str) -> list[str]:
        """Every version of a model that can be served. ModelVersionError if there is none."""
        check_reads_images(name)
        described, _ = await asyncio.to_thread(self._describe_all)
        versions = [each.version for each in described if each.name == name]
        if not versions:
            raise ModelVersionError(f"There is no model {name!r}.")
        return versions

    async def read_drift(self, name: str) -> DriftReport:
        """Return the newest drift report of a model. NoDriftReportError if there is none, ModelVersionError."""
        return await asyncio.to_thread(read_drift_report, self._models_dir, name)

    async def _find_current(self, name: str) -> str:
        version = await asyncio.to_thread(read_current, self._models_dir, check_name(name))
        await self.get(f"{name}/{version}")
        return self._in_use.setdefault(name, version)

    async def _load(self, reference: str) -> Recogniser:
        task = self._loading.get(reference)
        if task is None:
            task = self._loading[reference] = asyncio.create_task(
                asyncio.to_thread(load_recogniser, self._models_dir, reference, self._make_engine)
            )
            task.add_done_callback(lambda _: self._loading.pop(reference, None))
        try:
            recogniser = await asyncio.shield(task)
        except ModelVersionError as error:
            if reference not in self._refused and folder_exists(self._models_dir, reference):
                logger.error("model_version_refused", model_version=reference, reason=str(error))
                self._refused[reference] = str(error)
            raise
        self._keep(reference, recogniser)
        return recogniser

    def _keep(self, reference: str, recogniser: Recogniser) -> None:
        """Remember a loaded version, and drop the least recently used ones until the rest fits the memory budget.

        The new version and the default model are never dropped.
        """
        self._refused.pop(reference, None)
        self._loaded[reference] = recogniser
        self._loaded.move_to_end(reference)
        sizes = {known: self._estimate_bytes(known) for known in self._loaded}
        for candidate in list(self._loaded)[:-1]:
            if sum(sizes.values()) <= self._budget_bytes:
                return
            if candidate != self._default_reference():
                del self._loaded[candidate], sizes[candidate]
                logger.info("model_dropped", model_version=candidate)

    def _default_reference(self) -> str:
        name, _, version = self._default_model.partition("/")
        return f"{name}/{version or self._in_use.get(name, '')}"

    def _estimate_bytes(self, reference: str) -> int:
        try:
            return (self._models_dir / reference / GRAPH).stat().st_size * MEMORY_PER_GRAPH_BYTE
        except OSError:
            return 0  # torch needs no graph, and a loaded version may be removed from the disk

    def _describe_all(self) -> tuple[list[ModelDescription], list[RefusedVersion]]:
        described, refused = [], []
        for name, version in list_versions(self._models_dir):
            reference = f"{name}/{version}"
            try:
                manifest = read_manifest(self._models_dir, name, version)
            except ModelVersionError as error:
                refused.append(RefusedVersion(name=as_text(name), version=as_text(version), reason=str(error)))
                continue
            if reason := self._refused.get(reference):
                refused.append(RefusedVersion(name=name, version=version, reason=reason))
            else:
                described.append(describe(manifest, current=is_current(self._models_dir, name, version)))
        return described, refused


def read_pointers(models_dir: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Name → the version that its file `current` contains, and name → the reason why that file can't be read."""
    pointers, unreadable = {}, {}
    for name in [pointer.parent.name for pointer in models_dir.glob(f"*/{CURRENT}")]:
        try:
            pointers[name] = read_current(models_dir, name)
        except ModelVersionError as error:
            unreadable[name] = str(error)
    return pointers, unreadable


def as_text(name: str) -> str:
    """The name of a folder, which may hold bytes that are not UTF-8, as text for an answer."""
    return name.encode(errors="replace").decode()


def is_current(models_dir: Path, name: str, version: str) -> bool:
    """True if `current` contains this version. False if that file is missing or malformed."""
    try:
        return read_current(models_dir, name) == version
    except ModelVersionError:
        return False


def folder_exists(models_dir: Path, reference: str) -> bool:
    """True if the version has a folder, even a broken one."""
    name, _, version = reference.partition("/")
    try:
        return folder_of(models_dir, name, version).is_dir()
    except (ModelVersionError, OSError):
        return False


def describe(manifest: Manifest, *, current: bool) -> ModelDescription:
    """The manifest as a message of the API."""
    return ModelDescription(
        **describe_version(manifest, current=current).model_dump(),
        digit_score_threshold=manifest.calibration.digit_score_threshold,
    )
