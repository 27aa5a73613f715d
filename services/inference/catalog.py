"""The model versions in `models/`: found by name, loaded when first asked for, as many kept as a memory budget allows.

The folder is looked at every second. A newly published version is loaded first and answers then; one that can't be
loaded is reported, and the version before it goes on answering.
"""

import asyncio
from collections import OrderedDict
from pathlib import Path

import structlog

from services.inference.engines.choice import MakeEngine
from services.inference.recogniser import Recogniser
from shared.contracts.inference import ModelDescription, ModelDetails, ModelList, RefusedVersion
from shared.contracts.message import ModelVersion
from shared.recognition.model_version import (
    CURRENT,
    GRAPH,
    Manifest,
    ModelVersionError,
    check_name,
    folder_of,
    list_versions,
    read_current,
    read_manifest,
)

logger = structlog.get_logger(__name__)

LOOKS_EVERY_S = 1.0
MEMORY_OF_WEIGHTS = 4  # times the graph's file: in two precisions, and while they are made


class Catalog:
    """Belongs to one event loop; loading happens in threads, and two who ask for one version load it once."""

    def __init__(self, models_dir: Path, default_model: str, make_engine: MakeEngine, memory_budget_mb: int) -> None:
        self._models_dir = models_dir
        self._default_model = default_model
        self._make_engine = make_engine
        self._budget_bytes = memory_budget_mb * 1_000_000
        self._loaded: OrderedDict[str, Recogniser] = OrderedDict()  # by reference, least recently used first
        self._loading: dict[str, asyncio.Task[Recogniser]] = {}
        self._in_use: dict[str, str] = {}  # name → the version that answers for it
        self._refused: dict[str, str] = {}  # reference → why

    async def get(self, reference: str | None = None) -> Recogniser:
        """«name» is its version in use, «name/version» that one, None the default. ModelVersionError."""
        name, _, version = (reference or self._default_model).partition("/")
        wanted = f"{name}/{version or self._in_use.get(name) or await self._find_current(name)}"
        known = self._loaded.get(wanted)
        if known is None:
            return await self._load(wanted)
        self._loaded.move_to_end(wanted)
        return known

    async def watch(self) -> None:
        """Takes up what is published, for as long as the task lives."""
        while True:
            await self.refresh()
            await asyncio.sleep(LOOKS_EVERY_S)

    async def refresh(self) -> None:
        """Looks at the folder once. Versions in use that changed are loaded before they answer."""
        pointed = await asyncio.to_thread(read_pointers, self._models_dir)
        for name, version in pointed.items():
            if self._in_use.get(name) == version or (name not in self._in_use and name != self._default_model):
                continue  # nothing new, or nobody has asked for it
            try:
                await self.get(f"{name}/{version}")  # perhaps loaded already, by its full name
            except ModelVersionError:
                continue  # reported; what was in use stays, and it is tried again in case it was still being copied
            self._in_use[name] = version

    async def describe(self) -> ModelList:
        """Every version on disk. ModelVersionError where there is no default."""
        default = (await self.get()).manifest
        described, refused = await asyncio.to_thread(self._describe_all)
        return ModelList(
            default=ModelVersion(name=default.name, version=default.version), models=described, refused=refused
        )

    async def describe_one(self, name: str, version: str) -> ModelDetails:
        """All that is known of that version. ModelVersionError where there is none."""
        manifest = await asyncio.to_thread(read_manifest, self._models_dir, name, version)
        current = await asyncio.to_thread(is_current, self._models_dir, name, version)
        loaded = self._loaded.get(manifest.reference)
        return ModelDetails(
            **describe(manifest, current=current).model_dump(),
            engine=loaded and loaded.engine.name,
            temperature=manifest.calibration.temperature,
            **manifest.model_dump(include={"data", "recipe", "libraries", "history"}),
        )

    async def _find_current(self, name: str) -> str:
        version = await asyncio.to_thread(read_current, self._models_dir, check_name(name))
        await self.get(f"{name}/{version}")
        return self._in_use.setdefault(name, version)

    async def _load(self, reference: str) -> Recogniser:
        task = self._loading.get(reference)
        if task is None:
            task = self._loading[reference] = asyncio.create_task(asyncio.to_thread(self._make, reference))
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

    def _make(self, reference: str) -> Recogniser:
        name, _, version = reference.partition("/")
        manifest = read_manifest(self._models_dir, name, version)
        try:
            engine = self._make_engine(folder_of(self._models_dir, name, version), manifest)
            recogniser = Recogniser(manifest, engine)
        except ModelVersionError:
            raise
        except Exception as error:  # an engine has errors of its own kinds for a file that is none of its
            logger.warning("engine_refused", model_version=reference, reason=str(error))
            raise ModelVersionError(f"{reference} can't be loaded: its graph is missing or broken.") from error
        logger.info("model_loaded", model_version=reference, device=engine.device)
        return recogniser

    def _keep(self, reference: str, recogniser: Recogniser) -> None:
        """And drops what was used least recently until the rest is within the budget; never what was just asked for."""
        self._refused.pop(reference, None)
        self._loaded[reference] = recogniser
        self._loaded.move_to_end(reference)
        sizes = {known: self._bytes_of(known) for known in self._loaded}
        for candidate in list(self._loaded)[:-1]:
            if sum(sizes.values()) <= self._budget_bytes:
                return
            if candidate != self._default_reference():
                del self._loaded[candidate], sizes[candidate]
                logger.info("model_dropped", model_version=candidate)

    def _default_reference(self) -> str:
        name, _, version = self._default_model.partition("/")
        return f"{name}/{version or self._in_use.get(name, '')}"

    def _bytes_of(self, reference: str) -> int:
        graph = self._models_dir / reference / GRAPH
        return graph.stat().st_size * MEMORY_OF_WEIGHTS if graph.exists() else 0

    def _describe_all(self) -> tuple[list[ModelDescription], list[RefusedVersion]]:
        described, refused = [], []
        for name, version in list_versions(self._models_dir):
            reference = f"{name}/{version}"
            try:
                manifest = read_manifest(self._models_dir, name, version)
            except ModelVersionError as error:
                refused.append(RefusedVersion(name=name, version=version, reason=str(error)))
                continue
            if reason := self._refused.get(reference):
                refused.append(RefusedVersion(name=name, version=version, reason=reason))
            else:
                described.append(describe(manifest, current=is_current(self._models_dir, name, version)))
        return described, refused


def read_pointers(models_dir: Path) -> dict[str, str]:
    """Name → the version that its `current` names; what is no name is left out."""
    pointers = {}
    for pointer in models_dir.glob(f"*/{CURRENT}"):
        try:
            pointers[pointer.parent.name] = read_current(models_dir, pointer.parent.name)
        except ModelVersionError as error:
            logger.warning("pointer_unreadable", model=pointer.parent.name, reason=str(error))
    return pointers


def is_current(models_dir: Path, name: str, version: str) -> bool:
    """Whether it answers for its name, as no version does where `current` is missing or malformed."""
    try:
        return read_current(models_dir, name) == version
    except ModelVersionError:
        return False


def folder_exists(models_dir: Path, reference: str) -> bool:
    """Whether there is such a version at all, broken or not."""
    name, _, version = reference.partition("/")
    try:
        return folder_of(models_dir, name, version).is_dir()
    except ModelVersionError:
        return False


def describe(manifest: Manifest, *, current: bool) -> ModelDescription:
    """What others are told of a version."""
    return ModelDescription(
        name=manifest.name,
        version=manifest.version,
        current=current,
        created_at=manifest.created_at,
        architecture=manifest.architecture,
        parameters=manifest.parameters,
        digit_score_threshold=manifest.calibration.digit_score_threshold,
        metrics=manifest.metrics,
    )
