"""`python -m shared.exchange` to Label Studio's tasks and back, with a real storage and the real inference."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.inference.app import create_app as create_inference
from services.inference.settings import Settings as InferenceSettings
from services.storage.app import create_app
from services.storage.settings import Settings
from shared.contracts.examples import SEVEN_PNG
from shared.exchange import label_studio_export
from shared.exchange.__main__ import main
from shared.exchange.label_studio_task import LABEL_CONFIG, read_task
from tests.integration.clients.listening import listening
from tests.integration.inference.conftest import MODELS

TOKEN = "a token for tests"
HEADERS = {"Authorization": f"Bearer {TOKEN}"}
MIB = 1024 * 1024
DATA_URL = f"data:image/png;base64,{SEVEN_PNG}"
IDS = [f"019aa5a5-5c2e-7c1f-9f55-00000000000{number}" for number in range(3)]


@pytest.fixture(scope="module")
def inference() -> Iterator[str]:
    with listening(create_inference(InferenceSettings(models_dir=MODELS))) as address:
        yield address


@pytest.fixture
def address(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A storage with three predictions of a seven: without a label, labelled 7, and labelled as no digit."""
    monkeypatch.setenv("STORAGE_TOKEN", TOKEN)
    with listening(create_app(Settings(database_url=database_url, token=TOKEN))) as address:
        rows = [make_row(IDS[0], None), make_row(IDS[1], 7), make_row(IDS[2], "not_a_digit", rejected=True)]
        httpx.post(f"{address}/v1/import", json={"predictions": rows}, headers=HEADERS).raise_for_status()
        yield address


def make_row(prediction_id: str, label: object, *, rejected: bool = False) -> dict[str, Any]:
    return {
        "id": prediction_id,
        "created_at": "2026-11-20T10:00:00Z",
        "digit": 7,
        "confidence": 0.9,
        "probabilities": [0.1] * 10,
        "digit_score": 0.9,
        "rejected": rejected,
        "model": {"name": "cnn", "version": "1"},
        "source": "canvas",
        "label": label,
        "drawing": SEVEN_PNG,
    }


def export(address: str, folder: Path, *options: str) -> list[dict[str, Any]]:
    assert main(["--url", address, "export-label-studio", *options, str(folder)]) == 0
    return [task for file in sorted(folder.glob("tasks-*.json")) for task in json.loads(file.read_bytes())]


def bring(address: str, inference: str, tasks: object, folder: Path) -> int:
    file = folder / "from-label-studio.json"
    file.write_text(json.dumps(tasks))
    return main(["--url", address, "import-label-studio", str(file), "--inference-url", inference])


def labels_in(address: str) -> dict[str, object]:
    lines = httpx.get(f"{address}/v1/export", headers=HEADERS).text.splitlines()
    return {row["id"]: row["label"] for row in map(json.loads, lines)}


def make_large(data_url: str, size: int) -> str:
    """A picture with `size` bytes after its end, which a decoder ignores."""
    kind, _, drawing = data_url.partition(",")
    return f"{kind},{base64.b64encode(base64.b64decode(drawing) + bytes(size)).decode()}"


def chosen(choice: str, updated_at: str = "2026-11-28T10:00:00Z", **more: Any) -> dict[str, Any]:
    """An annotation as Label Studio exports it."""
    result = {"id": "x", "from_name": "digit", "to_name": "image", "type": "choices", "value": {"choices": [choice]}}
    return {"id": 5, "result": [result], "was_cancelled": False, "updated_at": updated_at, **more}


def test_predictions_become_tasks_with_predictions_and_annotations(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(label_studio_export, "FILE_TASKS", 2)
    tasks = export(address, tmp_path / "out")
    assert [task["data"]["slate_id"] for task in tasks] == IDS
    assert {task["data"]["image"] for task in tasks} == {DATA_URL}
    answers = [task["predictions"][0]["result"][0]["value"]["choices"] for task in tasks]
    assert answers == [["7"], ["7"], ["not a digit"]]
    assert "annotations" not in tasks[0]
    assert [read_task(task).label for task in tasks[1:]] == [7, "not_a_digit"]  # type: ignore[union-attr]
    assert (tmp_path / "out" / "label-config.xml").read_text() == LABEL_CONFIG
    assert len(list((tmp_path / "out").glob("tasks-*.json"))) == 2
    assert len(export(address, tmp_path / "out", "--labelled")) == 2


def test_a_folder_with_other_files_is_left_as_it_is(address: str, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    assert main(["--url", address, "export-label-studio", str(tmp_path)]) == 2
    assert [file.name for file in tmp_path.iterdir()] == ["mine.txt"]


def test_what_was_chosen_comes_back_as_labels(address: str, inference: str, tmp_path: Path) -> None:
    tasks = export(address, tmp_path / "out")
    tasks[0]["annotations"] = [chosen("1")]
    tasks[1]["annotations"] = [chosen("2", "2026-11-28T11:00:00Z"), chosen("3")]
    tasks[2]["annotations"] = [chosen("4", was_cancelled=True)]
    assert bring(address, inference, tasks, tmp_path) == 0
    assert labels_in(address) == {IDS[0]: 1, IDS[1]: 2, IDS[2]: "not_a_digit"}


def test_drawings_of_others_are_read_and_stored_once(
    address: str, inference: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = {"id": 1, "data": {"image": DATA_URL}, "annotations": [chosen("7")]}
    unreadable = {"id": 2, "data": {"image": "data:image/png;base64,eA=="}, "annotations": [chosen("7")]}
    named = {"id": 3, "data": {"image": "/data/upload/1/x.png"}, "annotations": [chosen("7")]}
    for stored, existing in ((1, 0), (0, 1)):
        assert bring(address, inference, [new, unreadable, named, {"id": 4}, "no task"], tmp_path) == 0
        told = capsys.readouterr().err
        assert f"Imported: {stored}. They existed already: {existing}." in told
        assert "do not hold their drawing: 1" in told
        assert "cannot be read: 1" in told
        assert "have no label: 2" in told
    lines = httpx.get(f"{address}/v1/export", headers=HEADERS).text.splitlines()
    (row,) = [row for row in map(json.loads, lines) if row["id"] not in IDS]
    assert (row["digit"], row["label"], row["model"]["name"]) == (7, 7, "cnn")
    assert base64.b64decode(row["drawing"]) == base64.b64decode(SEVEN_PNG)
    history = httpx.get(f"{address}/v1/predictions/{row['id']}/label-history", headers=HEADERS).json()
    assert [change["origin"] for change in history["changes"]] == ["import"]


def test_drawings_that_exceed_a_request_together_are_imported_and_one_that_exceeds_it_alone_is_left_out(
    address: str, inference: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tasks = [
        {"id": number, "data": {"image": make_large(DATA_URL, size)}, "annotations": [chosen(str(number))]}
        for number, size in enumerate([2 * MIB] * 9 + [12 * MIB])
    ]
    assert bring(address, inference, tasks, tmp_path) == 0
    told = capsys.readouterr().err
    assert "Imported: 9." in told
    assert "cannot be read: 1" in told


def test_a_file_of_tasks_has_no_more_than_some_bytes_of_drawings(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(label_studio_export, "FILE_CHARACTERS", 2 * len(SEVEN_PNG))
    assert len(export(address, tmp_path)) == 3
    assert [len(json.loads(file.read_bytes())) for file in sorted(tmp_path.glob("tasks-*.json"))] == [2, 1]


@pytest.mark.parametrize("content", ["{", "{}", '"tasks"'])
def test_a_file_that_is_no_export_is_refused(address: str, inference: str, tmp_path: Path, content: str) -> None:
    file = tmp_path / "wrong.json"
    file.write_text(content)
    assert main(["--url", address, "import-label-studio", str(file), "--inference-url", inference]) == 2
    assert main(["--url", address, "import-label-studio", str(tmp_path / "none.json")]) == 2


@pytest.mark.parametrize(
    "task",
    [None, {}, {"data": 5}, {"data": {}, "annotations": 5}, {"data": {}, "annotations": [5, {"result": [5]}]}]
    + [{"data": {}, "annotations": [{"result": [{"value": {"choices": each}}]}]} for each in (None, 5, [5], ["x"])],
)
def test_a_task_of_another_form_has_no_label(task: object) -> None:
    assert read_task(task) is None
