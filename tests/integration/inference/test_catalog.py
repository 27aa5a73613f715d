"""Which model versions the catalog loads and drops, with real folders and an engine that records what was made."""

import asyncio
import errno
import math
import os
import shutil
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
import structlog

import services.inference.catalog
import services.inference.version_files
from services.inference.catalog import MEMORY_PER_GRAPH_BYTE, Catalog
from services.inference.engines.choice import choose_page_engine
from shared.recognition.calibration import Logits
from shared.recognition.model_version import (
    CURRENT,
    GRAPH,
    READER,
    Manifest,
    ModelVersionError,
    find_manifest,
    set_current,
    set_shadow,
)
from shared.recognition.normalisation import Images
from tests.integration.inference.conftest import MODELS
from tests.tiny_reader import write_tiny_reader


class CountedEngine:
    """Predicts 3 for every image."""

    name = device = "none"
    made: ClassVar[list[str]] = []

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        if (folder / GRAPH).read_bytes() == b"broken":
            raise ValueError(f"{folder} holds no graph")
        self.made.append(manifest.reference)

    def compute_logits(self, images: Images) -> Logits:
        return np.eye(10, dtype=np.float32)[np.full(len(images), 3)]

    compute_exact_logits = compute_logits


def run_out_of_memory(engine: CountedEngine, folder: Path, manifest: Manifest) -> None:
    raise MemoryError


@pytest.fixture(autouse=True)
def never_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is tried again because time has passed."""
    monkeypatch.setattr(services.inference.version_files, "RETRY_S", math.inf)


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """mlp/1 to mlp/4, of which 1 is in use, and other/1, with shipped manifests and graphs of 1 MB."""
    shipped = find_manifest(MODELS, "mlp")
    for name, version in [("mlp", "1"), ("mlp", "2"), ("mlp", "3"), ("mlp", "4"), ("other", "1")]:
        folder = tmp_path / name / version
        folder.mkdir(parents=True)
        manifest = shipped.model_copy(update={"name": name, "version": version})
        (folder / "manifest.json").write_text(manifest.model_dump_json())
        (folder / GRAPH).write_bytes(bytes(1_000_000))
        (tmp_path / name / CURRENT).write_text("1\n")
    monkeypatch.setattr(CountedEngine, "made", [])
    return tmp_path


def catalog_of(models: Path, default: str = "mlp", versions_in_memory: int = 10) -> Catalog:
    return Catalog(
        models, default, CountedEngine, choose_page_engine("auto", "cpu"), versions_in_memory * MEMORY_PER_GRAPH_BYTE
    )


async def test_simultaneous_requests_load_a_version_once(models: Path) -> None:
    catalog = catalog_of(models)
    found = await asyncio.gather(*[catalog.get(reference) for reference in (None, "mlp", "mlp/1", None)])
    assert len({id(recogniser) for recogniser in found}) == 1
    assert CountedEngine.made == ["mlp/1"]


async def test_the_least_recently_used_version_is_dropped_and_the_default_stays(models: Path) -> None:
    catalog = catalog_of(models, versions_in_memory=3)
    for reference in (None, "mlp/2", "mlp/3", "mlp/2", "mlp/4"):  # the last one is too many
        await catalog.get(reference)
    CountedEngine.made.clear()
    for reference in ("mlp/4", "mlp/2", None, "mlp/3"):
        await catalog.get(reference)
    assert CountedEngine.made == ["mlp/3"]


async def test_a_newly_published_version_is_loaded_before_it_answers(models: Path) -> None:
    catalog = catalog_of(models)
    await catalog.get()
    set_current(models, "mlp", "2")
    assert (await catalog.get()).manifest.version == "1"
    await catalog.refresh()
    assert CountedEngine.made == ["mlp/1", "mlp/2"]
    assert (await catalog.get()).manifest.version == "2"


async def test_a_model_that_nobody_asked_for_is_not_loaded(models: Path) -> None:
    catalog = catalog_of(models)
    await catalog.get()
    await catalog.refresh()
    assert CountedEngine.made == ["mlp/1"]


async def test_a_version_that_is_still_being_copied_is_used_once_it_is_complete(models: Path) -> None:
    catalog = catalog_of(models)
    await catalog.get()
    whole = (models / "mlp" / "2" / GRAPH).read_bytes()
    (models / "mlp" / "2" / GRAPH).write_bytes(b"broken")
    set_current(models, "mlp", "2")
    await catalog.refresh()
    described = await catalog.describe()
    assert [(each.version, each.reason) for each in described.refused] == [
        ("2", "mlp/2 can't be loaded: its model file is missing or broken.")
    ]
    assert str(described.default) == "mlp/1"
    (models / "mlp" / "2" / GRAPH).write_bytes(whole)
    await catalog.refresh()
    assert str((await catalog.describe()).default) == "mlp/2"
    assert (await catalog.describe()).refused == []


async def test_a_broken_version_is_loaded_again_only_after_a_file_of_it_changed(models: Path) -> None:
    catalog = catalog_of(models)
    await catalog.get()
    (models / "mlp" / "2" / GRAPH).write_bytes(b"broken")
    set_current(models, "mlp", "2")
    with structlog.testing.capture_logs() as logs:
        for _ in range(3):
            await catalog.refresh()
            assert catalog.unusable == {"mlp"}
    assert [log["event"] for log in logs].count("engine_failed") == 1
    (models / "mlp" / "2" / GRAPH).write_bytes(b"complete")
    await catalog.refresh()
    assert ((await catalog.get()).manifest.version, catalog.unusable) == ("2", set())


async def fail_once(models: Path, monkeypatch: pytest.MonkeyPatch) -> Catalog:
    """A catalog with version 1 in use, in which version 2 could not be loaded because of a moment without memory."""
    catalog = catalog_of(models)
    await catalog.get()
    set_current(models, "mlp", "2")
    with monkeypatch.context() as patch:
        patch.setattr(CountedEngine, "__init__", run_out_of_memory)
        await catalog.refresh()
    return catalog


async def test_a_broken_version_is_used_once_somebody_has_loaded_it_by_its_full_name(
    models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalog = await fail_once(models, monkeypatch)
    await catalog.get("mlp/2")
    await catalog.refresh()
    assert ((await catalog.get()).manifest.version, catalog.unusable) == ("2", set())


async def test_a_version_that_could_not_be_loaded_is_tried_again_later(
    models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalog = await fail_once(models, monkeypatch)
    await catalog.refresh()
    assert (await catalog.get()).manifest.version == "1"
    monkeypatch.setattr(services.inference.version_files, "RETRY_S", 1e-9)
    await catalog.refresh()
    assert (await catalog.get()).manifest.version == "2"


async def test_a_broken_reader_is_loaded_again_only_after_a_file_of_it_changed(models: Path) -> None:
    write_tiny_reader(models, "1")
    graph = models / READER / "1" / GRAPH
    whole = graph.read_bytes()
    graph.write_bytes(b"broken")
    catalog = catalog_of(models)
    with structlog.testing.capture_logs() as logs:
        for _ in range(3):
            await catalog.readers.refresh()
            assert catalog.unusable == {READER}
    assert [log["event"] for log in logs].count("engine_failed") == 1
    graph.write_bytes(whole)
    await catalog.readers.refresh()
    assert (catalog.readers.in_use, catalog.unusable) == ("1", set())


async def test_without_a_reader_none_is_unusable(models: Path) -> None:
    write_tiny_reader(models, "1")
    (models / READER / "1" / GRAPH).write_bytes(b"broken")
    catalog = catalog_of(models)
    await catalog.readers.refresh()
    (models / READER / CURRENT).unlink()
    await catalog.readers.refresh()
    assert catalog.unusable == set()


async def test_a_default_with_a_version_keeps_that_version(models: Path) -> None:
    catalog = catalog_of(models, default="mlp/3")
    assert (await catalog.get()).manifest.version == "3"
    set_current(models, "mlp", "4")
    await catalog.refresh()
    assert (await catalog.get()).manifest.version == "3"
    assert CountedEngine.made == ["mlp/3"]


class BrokenOnce(Catalog):
    """Its first refresh fails as a folder of a network that is away."""

    failed = False

    async def refresh(self) -> None:
        if not self.failed:
            self.failed = True
            raise OSError(errno.ESTALE, "Stale file handle")
        await super().refresh()


async def test_no_error_ends_the_watch(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services.inference.catalog, "REFRESH_INTERVAL_S", 0)
    catalog = BrokenOnce(models, "mlp", CountedEngine, choose_page_engine("auto", "cpu"), 10 * MEMORY_PER_GRAPH_BYTE)
    await catalog.get()
    set_current(models, "mlp", "2")
    with structlog.testing.capture_logs() as logs:
        watching = asyncio.create_task(catalog.watch())
        while (await catalog.get()).manifest.version == "1":  # noqa: ASYNC110
            await asyncio.sleep(0)
        watching.cancel()
    assert [(log["event"], log["log_level"]) for log in logs if log["log_level"] == "error"] == [
        ("models_not_refreshed", "error")
    ]


async def test_a_broken_pointer_is_logged_once_and_leaves_the_version_in_use(models: Path) -> None:
    catalog = catalog_of(models)
    await catalog.get()
    (models / "mlp" / CURRENT).write_bytes(b"\xff\xfe")
    set_current(models, "other", "1")
    with structlog.testing.capture_logs() as logs:
        await catalog.refresh()
        await catalog.refresh()
    assert [(log["event"], log["model"]) for log in logs] == [("pointer_unreadable", "mlp")]
    assert (await catalog.get()).manifest.version == "1"
    set_current(models, "mlp", "2")
    await catalog.refresh()
    assert (await catalog.get()).manifest.version == "2"


async def test_a_loaded_version_answers_after_its_folder_is_gone(models: Path) -> None:
    catalog = catalog_of(models)
    await catalog.get()
    shutil.rmtree(models / "mlp")
    assert (await catalog.get("other/1")).manifest.reference == "other/1"
    assert (await catalog.get()).manifest.reference == "mlp/1"


@pytest.mark.parametrize("reference", ["nobody", "mlp/9", "..", "mlp/../other", "/"])
async def test_a_reference_without_a_model_is_an_error(models: Path, reference: str) -> None:
    with pytest.raises(ModelVersionError):
        await catalog_of(models).get(reference)


async def test_a_broken_manifest_is_reported_and_the_others_are_listed(models: Path) -> None:
    (models / "mlp" / "4" / "manifest.json").write_text("{")
    described = await catalog_of(models).describe()
    assert [each.version for each in described.refused] == ["4"]
    assert len(described.models) == 4


async def test_a_folder_whose_name_is_not_text_is_reported_and_the_others_are_listed(models: Path) -> None:
    (models / "mlp" / "4").rename(models / "mlp" / os.fsdecode(b"4\xff"))
    described = await catalog_of(models).describe()
    assert [(each.version, len(each.reason) > 20) for each in described.refused] == [("4?", True)]
    assert len(described.models) == 4


async def test_the_default_is_found_as_soon_as_it_is_published(models: Path) -> None:
    away = models / "away"
    shutil.move(models / "mlp", away)
    catalog = catalog_of(models)
    with pytest.raises(ModelVersionError):
        await catalog.get()
    shutil.move(away, models / "mlp")
    assert (await catalog.get()).manifest.reference == "mlp/1"


async def test_a_version_loaded_by_its_full_name_is_not_loaded_again_when_it_becomes_current(models: Path) -> None:
    catalog = catalog_of(models)
    await catalog.get()
    await catalog.get("mlp/2")
    set_current(models, "mlp", "2")
    await catalog.refresh()
    assert (await catalog.get()).manifest.version == "2"
    assert CountedEngine.made == ["mlp/1", "mlp/2"]


async def test_without_a_current_version_each_is_served_by_its_full_name(models: Path) -> None:
    (models / "other" / CURRENT).unlink()
    catalog = catalog_of(models)
    described = await catalog.describe()
    assert described.refused == []
    assert [each.current for each in described.models if each.name == "other"] == [False]
    assert not (await catalog.describe_one("other", "1")).current
    assert (await catalog.get("other/1")).manifest.reference == "other/1"


async def test_a_broken_version_in_shadow_is_loaded_again_only_after_a_file_of_it_changed(models: Path) -> None:
    catalog = catalog_of(models)
    await catalog.get()
    (models / "mlp" / "2" / GRAPH).write_bytes(b"broken")
    set_shadow(models, "mlp", "mlp/2")
    with structlog.testing.capture_logs() as logs:
        for _ in range(3):
            await catalog.refresh()
    assert [log["event"] for log in logs].count("engine_failed") == 1
    (models / "mlp" / "2" / GRAPH).write_bytes(b"complete")
    await catalog.refresh()
    assert str((await catalog.describe()).shadow) == "mlp/2"


async def test_the_shadow_is_that_of_the_model_that_answers_by_default(models: Path) -> None:
    catalog = catalog_of(models)
    default, other = await catalog.get(), await catalog.get("mlp/3")
    set_shadow(models, "other", "mlp/4")
    await catalog.refresh()
    assert (await catalog.describe()).shadow is None
    set_shadow(models, "mlp", "other/1")
    await catalog.refresh()
    shadow = catalog.find_shadow_of(default)
    assert shadow is not None
    assert shadow.reference == "other/1"
    assert catalog.find_shadow_of(other) is None
