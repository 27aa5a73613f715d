"""`python -m shared.exchange import-idx` with a real storage and the real inference."""

import base64
import gzip
import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import numpy as np
import pytest

from services.inference.app import create_app as create_inference
from services.inference.settings import Settings as InferenceSettings
from services.storage.app import create_app
from services.storage.settings import Settings
from shared.clients.service import ServiceUnavailableError
from shared.contracts.examples import SEVEN_PNG
from shared.contracts.inference import BatchPredictions, ModelList
from shared.exchange import idx_import
from shared.exchange.__main__ import main
from shared.recognition.preprocessing import preprocess
from tests.integration.clients.listening import listening
from tests.integration.inference.conftest import MODELS
from tests.unit.frontend.test_shadow_answers import IN_USE, SHADOW, describe, predict

TOKEN = "a token for tests"
HEADERS = {"Authorization": f"Bearer {TOKEN}"}
SEVEN = preprocess(base64.b64decode(SEVEN_PNG))
BLANK = np.zeros_like(SEVEN)


@pytest.fixture
def address(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("STORAGE_TOKEN", TOKEN)
    with listening(create_app(Settings(database_url=database_url, token=TOKEN))) as address:
        yield address


@pytest.fixture
def inference() -> Iterator[str]:
    with listening(create_inference(InferenceSettings(models_dir=MODELS))) as address:
        yield address


def write_idx(folder: Path, images: list[np.ndarray], labels: list[int], suffix: str = "") -> tuple[str, str]:
    """LeCun's description of the format."""
    pictures = struct.pack(">HBB3I", 0, 8, 3, len(images), *images[0].shape) + b"".join(map(np.ndarray.tobytes, images))
    digits = struct.pack(">HBBI", 0, 8, 1, len(labels)) + bytes(labels)
    paths = folder / f"some-images-idx3-ubyte{suffix}", folder / f"some-labels-idx1-ubyte{suffix}"
    for path, content in zip(paths, (pictures, digits), strict=True):
        path.write_bytes(gzip.compress(content) if suffix else content)
    return str(paths[0]), str(paths[1])


def read_all(address: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in httpx.get(f"{address}/v1/export", headers=HEADERS).text.splitlines()]


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_labelled_images_become_predictions_of_inference_with_the_labels_of_the_file(
    address, inference, tmp_path, capsys, suffix
):
    files = write_idx(tmp_path, [SEVEN, SEVEN, BLANK], [7, 1, 0], suffix)
    command = ["--url", address, "import-idx", *files, "--inference-url", inference]
    assert main(command) == 0
    assert "Imported: 2. They existed already: 0. Left out, because they cannot be read: 1." in capsys.readouterr().err
    rows = read_all(address)
    assert sorted(row["label"] for row in rows) == [1, 7]
    assert {row["digit"] for row in rows} == {7}
    assert {row["source"] for row in rows} == {"api"}
    models = httpx.get(f"{inference}/v1/models").json()["models"]
    assert {(row["model"]["name"], row["model"]["version"]) for row in rows} <= {
        (model["name"], model["version"]) for model in models
    }
    history = httpx.get(f"{address}/v1/predictions/{rows[0]['id']}/label-history", headers=HEADERS).json()
    assert [change["origin"] for change in history["changes"]] == ["import"]


def test_an_import_that_was_stopped_goes_on_and_stores_nothing_twice(address, inference, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(idx_import, "PART_DRAWINGS", 4)
    images, labels = write_idx(tmp_path, [np.roll(SEVEN, number % 3, axis=1) for number in range(10)], [7] * 10)
    whole = Path(images).read_bytes()
    Path(images).write_bytes(whole[: 16 + 7 * SEVEN.size])
    command = ["--url", address, "import-idx", images, labels, "--inference-url", inference]
    assert main(command) == 2
    assert "ends too early" in capsys.readouterr().err
    Path(images).write_bytes(whole)
    assert main(command) == 0
    assert "Imported: 6. They existed already: 4." in capsys.readouterr().err
    assert main(command) == 0
    assert len(read_all(address)) == 10


def test_what_export_idx_writes_can_be_imported_into_another_slate(address, inference, empty_migrated_url, tmp_path):
    files = write_idx(tmp_path, [SEVEN, np.roll(SEVEN, 2, axis=1)], [7, 3])
    main(["--url", address, "import-idx", *files, "--inference-url", inference])
    folder = tmp_path / "exported"
    assert main(["--url", address, "export-idx", str(folder)]) == 0
    exported = [str(folder / f"drawings-{kind}-ubyte") for kind in ("images-idx3", "labels-idx1")]
    with listening(create_app(Settings(database_url=empty_migrated_url, token=TOKEN))) as other:
        assert main(["--url", other, "import-idx", *exported, "--inference-url", inference]) == 0
        answers = {row["label"]: row["digit"] for row in read_all(other)}
    assert answers == {row["label"]: row["digit"] for row in read_all(address)} == {7: 7, 3: 7}


@pytest.mark.parametrize(
    ("labels", "said"), [([7], "2 images"), ([7, 10], "the label 10"), ([], "has 0 labels")], ids=["few", "ten", "none"]
)
def test_files_that_do_not_fit_are_named(address, inference, tmp_path, capsys, labels, said):
    files = write_idx(tmp_path, [SEVEN, SEVEN], labels)
    assert main(["--url", address, "import-idx", *files, "--inference-url", inference]) == 2
    assert said in capsys.readouterr().err
    assert read_all(address) == []


@pytest.mark.parametrize("content", [b"", b"\x00\x00\x08\x01", b"no idx", b"\x1f\x8bno gzip"])
def test_a_file_that_is_no_idx_is_named(address, inference, tmp_path, capsys, content):
    images, labels = write_idx(tmp_path, [SEVEN], [7])
    Path(images).write_bytes(content)
    assert main(["--url", address, "import-idx", images, labels, "--inference-url", inference]) == 2
    assert images in capsys.readouterr().err


DAMAGED = {
    "a side that no picture format has": bytes([0, 0, 8, 3]) + struct.pack(">3I", 1, 1, 1_000_001) + bytes(1_000_001),
    "more than the header says": bytes([0, 0, 8, 3]) + struct.pack(">3I", 1, 28, 28) + bytes(785),
    "a wrong checksum": gzip.compress(bytes([0, 0, 8, 3]) + struct.pack(">3I", 1, 28, 28) + bytes(784))[:-8] + bytes(8),
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED.keys())
def test_damage_behind_the_header_is_named(address, inference, tmp_path, capsys, content):
    images, labels = write_idx(tmp_path, [SEVEN], [7])
    Path(images).write_bytes(content)
    assert main(["--url", address, "import-idx", images, labels, "--inference-url", inference]) == 2
    assert images in capsys.readouterr().err


class Inference:
    """`in_use` answers, with a digit score of 0.1. The threshold of the versions that it lists is 0.5."""

    def __init__(self):
        self.in_use = IN_USE
        self.listed = [IN_USE]

    def list_models(self):
        return ModelList(default=self.in_use, models=[describe(model) for model in self.listed])

    def predict_batch(self, pictures):
        return BatchPredictions(predictions=[predict(self.in_use, level=10) for _ in pictures])


def test_a_version_that_is_put_in_use_meanwhile_rejects_by_its_own_threshold():
    inference, drawings = Inference(), [idx_import.LabelledDrawing(uuid4(), b"a picture", 7)]
    answers = idx_import.Answers(inference)
    assert [row["rejected"] for row in answers.make_rows(drawings)] == [True]
    inference.in_use = SHADOW
    inference.listed.append(SHADOW)
    assert [row["rejected"] for row in answers.make_rows(drawings)] == [True]


def test_a_version_that_inference_does_not_list_ends_the_import():
    inference, drawings = Inference(), [idx_import.LabelledDrawing(uuid4(), b"a picture", 7)]
    inference.in_use = SHADOW
    with pytest.raises(ServiceUnavailableError, match="cnn/2, which it does not list"):
        idx_import.Answers(inference).make_rows(drawings)
