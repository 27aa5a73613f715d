"""A version in shadow of the default model: it reads what that has answered, is only counted, and harms nothing."""

import asyncio
import re
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import httpx
import pytest

from services.inference import catalog, shadow
from services.inference.http.dependencies import Service
from services.inference.settings import Settings
from shared.contracts.inference import ModelList, Prediction
from shared.recognition.model_version import GRAPH, SHADOW, read_current, set_current, set_shadow
from tests.integration.inference.conftest import MODELS, encode, serve, seven

PNG = {"Content-Type": "image/png"}
T = TypeVar("T")
Counts = dict[tuple[str, ...], int]  # (agreed, model, shadow, shown) → how many
PATIENCE_S = 120  # far more than the worker needs to load a version
CNN, MLP, LENET = (f"{name}/{read_current(MODELS, name)}" for name in ("cnn", "mlp", "lenet5"))
COUNT = re.compile(r'slate_shadow_answers_total\{agreed="(\w+)",model="(.+?)",shadow="(.+?)",shown="(\w+)"\} (\d+)')


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Copies of three shipped models, in an inference that looks at them all the time."""
    for name in ("cnn", "mlp", "lenet5"):
        shutil.copytree(MODELS / name, tmp_path / name)
    monkeypatch.setattr(catalog, "REFRESH_INTERVAL_S", 0.02)
    monkeypatch.setattr(shadow, "COLLECT_S", 0.02)
    return tmp_path


@pytest.fixture
async def client(models: Path) -> AsyncIterator[httpx.AsyncClient]:
    async for ready in serve(Settings(models_dir=models, max_wait_s=20)):  # a slow machine is not a busy lane
        yield ready


async def predict(client: httpx.AsyncClient, **params: str) -> Prediction:
    answered = await client.post("/v1/predict", content=encode(seven()), headers=PNG, params=params)
    assert answered.status_code == 200, answered.text
    return Prediction.model_validate_json(answered.content)


async def list_models(client: httpx.AsyncClient) -> ModelList:
    return ModelList.model_validate_json((await client.get("/v1/models")).content)


async def wait_for(look: Callable[[], Awaitable[T]], is_there: Callable[[T], bool]) -> T:
    """Looks again and again."""
    async with asyncio.timeout(PATIENCE_S):
        while not is_there(seen := await look()):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    return seen


async def wait_for_shadow(client: httpx.AsyncClient, reference: str) -> None:
    await wait_for(lambda: list_models(client), lambda listed: str(listed.shadow) == reference)


async def wait_for_refusal(client: httpx.AsyncClient) -> str:
    """The version that is refused, and why."""
    listed = await wait_for(lambda: list_models(client), lambda listed: bool(listed.refused))
    return f"{listed.refused[0].name}/{listed.refused[0].version}: {listed.refused[0].reason}"


async def count_answers(client: httpx.AsyncClient) -> Counts:
    found = COUNT.findall((await client.get("/metrics")).text)
    return {(agreed, model, beside, shown): int(count) for agreed, model, beside, shown, count in found}


async def wait_for_answers(client: httpx.AsyncClient, total: int) -> Counts:
    return await wait_for(lambda: count_answers(client), lambda counts: sum(counts.values()) >= total)


async def test_the_version_in_shadow_reads_what_the_version_in_use_has_answered(
    client: httpx.AsyncClient, models: Path
) -> None:
    set_shadow(models, "cnn", MLP)
    await wait_for_shadow(client, MLP)
    await predict(client)
    await predict(client, model="cnn", explain="true")
    await predict(client, model="lenet5")  # another version answers, so the shadow has nothing to compare with
    assert await wait_for_answers(client, 2) == {("yes", CNN, MLP, "7"): 2}


async def test_what_both_show_differs_if_only_one_of_them_rejects(client: httpx.AsyncClient, models: Path) -> None:
    manifest = models / "mlp" / MLP.partition("/")[2] / "manifest.json"
    manifest.write_text(re.sub(r'("digit_score_threshold": ?)[\d.]+', r"\g<1>1.0", manifest.read_text()))
    set_shadow(models, "cnn", MLP)
    await wait_for_shadow(client, MLP)
    await predict(client)
    assert await wait_for_answers(client, 1) == {("no", CNN, MLP, "7"): 1}


async def test_no_answer_holds_anything_of_the_shadow(client: httpx.AsyncClient, models: Path) -> None:
    before = await predict(client)
    set_shadow(models, "cnn", MLP)
    await wait_for_shadow(client, MLP)
    during = await predict(client)
    await wait_for_answers(client, 1)
    own = {"id", "elapsed_ms"}
    assert during.model_dump(exclude=own) == before.model_dump(exclude=own)
    metrics = (await client.get("/metrics")).text
    assert set(re.findall(r'slate_predictions_total\{.*?model="(.+?)"', metrics)) == {CNN}


def break_graph(models: Path) -> None:
    (models / MLP / GRAPH).write_bytes(b"broken")


def break_manifest(models: Path) -> None:
    (models / MLP / "manifest.json").write_text("{")


def remove_version(models: Path) -> None:
    shutil.rmtree(models / MLP)


def break_pointer(models: Path) -> None:
    (models / "cnn" / SHADOW).write_bytes(b"\xff\xfe")


@pytest.mark.parametrize("break_it", [break_graph, break_manifest, remove_version, break_pointer])
async def test_a_broken_version_in_shadow_is_refused_and_harms_nothing(
    client: httpx.AsyncClient, models: Path, break_it: Callable[[Path], None]
) -> None:
    set_shadow(models, "cnn", MLP)
    break_it(models)
    refusal = await wait_for_refusal(client)
    assert refusal.startswith("cnn/shadow: " if break_it is break_pointer else f"{MLP}: ")
    assert str((await predict(client)).model) == CNN
    assert (await list_models(client)).shadow is None


async def test_a_refused_version_runs_once_its_files_are_complete(client: httpx.AsyncClient, models: Path) -> None:
    whole = (models / MLP / GRAPH).read_bytes()
    break_graph(models)
    set_shadow(models, "cnn", MLP)
    await wait_for_refusal(client)
    (models / MLP / GRAPH).write_bytes(whole)
    await wait_for_shadow(client, MLP)
    assert (await list_models(client)).refused == []


async def test_a_version_that_fails_in_shadow_is_asked_no_more(client: httpx.AsyncClient, models: Path) -> None:
    set_shadow(models, "cnn", MLP)
    await wait_for_shadow(client, MLP)
    shutil.rmtree(models / MLP)  # this process has it in memory, and the worker will look for it
    await predict(client)
    assert (await wait_for_refusal(client)).startswith(f"{MLP}: It can't run in shadow.")
    assert str((await predict(client)).model) == CNN
    assert await count_answers(client) == {}


async def test_the_version_in_use_does_not_run_in_its_own_shadow(client: httpx.AsyncClient, models: Path) -> None:
    set_shadow(models, "cnn", MLP)
    await wait_for_shadow(client, MLP)
    set_shadow(models, "cnn", CNN)
    await wait_for_shadow(client, "None")


async def test_beginning_swapping_and_ending_the_shadow_under_load_loses_no_request(
    client: httpx.AsyncClient, models: Path
) -> None:
    shutil.copytree(models / "lenet5" / LENET.partition("/")[2], models / "cnn" / "other")
    manifest = models / "cnn" / "other" / "manifest.json"
    renamed = re.sub(r'"version": ?"[^"]+"', '"version":"other"', manifest.read_text(), count=1)
    manifest.write_text(re.sub(r'"name": ?"lenet5"', '"name":"cnn"', renamed, count=1))
    is_over, answered = asyncio.Event(), list[Prediction]()

    async def keep_asking() -> None:
        while not is_over.is_set():
            answered.append(await predict(client))

    async with asyncio.TaskGroup() as callers:
        for _ in range(3):
            callers.create_task(keep_asking())
        for reference in (MLP, LENET, MLP):
            set_shadow(models, "cnn", reference)
            await wait_for_shadow(client, reference)
        set_current(models, "cnn", "other")
        await wait_for_answers(client, 1)
        set_shadow(models, "cnn", None)
        await wait_for_shadow(client, "None")
        await wait_for(lambda: predict(client), lambda prediction: str(prediction.model) == "cnn/other")
        is_over.set()
    assert {str(prediction.model) for prediction in answered} == {CNN, "cnn/other"}


async def test_a_busy_lane_leaves_the_shadow_out(client: httpx.AsyncClient, models: Path) -> None:
    set_shadow(models, "cnn", MLP)
    await wait_for_shadow(client, MLP)
    service = cast("Service", cast("Any", client._transport).app.state.service)
    service.short_lane.load.add("many others", 10)
    service.short_lane.load.seconds_per_unit = 0.05 * service.short_lane.load.max_wait_s
    await predict(client)
    assert "slate_shadow_skipped_total 1.0" in (await client.get("/metrics")).text
