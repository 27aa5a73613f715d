"""A model version on disk is complete or missing, and its files are checked when they are read."""

import hashlib
import json
import os
import pickle
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
import torch

from shared.recognition.architectures import build_network, count_parameters
from shared.recognition.calibration import Calibration
from shared.recognition.model_version import (
    CURRENT,
    DEFAULT,
    MANIFEST,
    MAX_MANIFEST_BYTES,
    SHADOW,
    WEIGHTS,
    Manifest,
    ModelVersionError,
    list_versions,
    next_version,
    read_current,
    read_default,
    read_manifest,
    read_shadow,
    set_current,
    set_default,
    set_shadow,
)
from shared.recognition.normalisation import Normalisation
from shared.recognition.weights import load_network
from training.publishing.folder import write_model_version

GRAPH = b"as ONNX"
NOW = datetime(2026, 11, 21, tzinfo=UTC)


def a_manifest(version: str = "2026-11-21.1") -> Manifest:
    return Manifest(
        name="cnn",
        version=version,
        created_at=NOW,
        architecture="cnn",
        parameters=1_199_882,
        normalisation=Normalisation(),
        calibration=Calibration(temperature=1.5),
        data={"mnist_train": "0" * 64},
        recipe={"epochs": 1},
        metrics={"mnist_test": {"accuracy": 0.5}},
        libraries={"torch": "2"},
    )


def test_the_cnn_has_the_layers_of_pytorchs_mnist_example() -> None:
    network = build_network("cnn")
    shapes = {name: tuple(weight.shape) for name, weight in network.state_dict().items()}
    assert shapes == {
        "conv1.weight": (32, 1, 3, 3),
        "conv1.bias": (32,),
        "conv2.weight": (64, 32, 3, 3),
        "conv2.bias": (64,),
        "fc1.weight": (128, 64 * 12 * 12),
        "fc1.bias": (128,),
        "fc2.weight": (10, 128),
        "fc2.bias": (10,),
    }
    assert count_parameters(network) == 1_199_882


def test_a_written_version_is_read_back(tmp_path: Path) -> None:
    network, manifest = build_network("cnn").eval(), a_manifest()
    write_model_version(tmp_path, manifest, network, GRAPH)
    set_current(tmp_path, "cnn", manifest.version)
    read = read_manifest(tmp_path, "cnn", read_current(tmp_path, "cnn"))
    images = torch.rand(2, 1, 28, 28)
    assert read.model_copy(update={"files": {}}) == manifest
    assert read.files["model.onnx"] == hashlib.sha256(GRAPH).hexdigest()
    assert torch.equal(load_network(tmp_path, read)(images), network(images))
    assert list_versions(tmp_path) == [("cnn", manifest.version)]


def test_a_shadow_begins_and_ends(tmp_path: Path) -> None:
    for version in ("2026-11-21.1", "2026-11-21.2"):
        write_model_version(tmp_path, a_manifest(version), build_network("cnn"), GRAPH)
    set_current(tmp_path, "cnn", "2026-11-21.1")
    assert read_shadow(tmp_path, "cnn") is None
    set_shadow(tmp_path, "cnn", "cnn/2026-11-21.2")
    assert read_shadow(tmp_path, "cnn") == "cnn/2026-11-21.2"
    set_shadow(tmp_path, "cnn", None)
    set_shadow(tmp_path, "cnn", None)
    assert read_shadow(tmp_path, "cnn") is None


@pytest.mark.parametrize("reference", ["cnn/2026-11-22.1", "cnn", "reader/2026-11-21.1", "../cnn/2026-11-21.1"])
def test_what_can_read_no_image_does_not_run_in_shadow(tmp_path: Path, reference: str) -> None:
    write_model_version(tmp_path, a_manifest(), build_network("cnn"), GRAPH)
    set_current(tmp_path, "cnn", "2026-11-21.1")
    with pytest.raises(ModelVersionError):
        set_shadow(tmp_path, "cnn", reference)
    with pytest.raises(ModelVersionError):
        set_shadow(tmp_path, "vit", "cnn/2026-11-21.1")
    assert read_shadow(tmp_path, "cnn") is None


def make_folder(path: Path) -> None:
    path.mkdir()


def make_dangling_link(path: Path) -> None:
    path.symlink_to("nowhere")


def make_link_to_itself(path: Path) -> None:
    path.symlink_to(path.name)


def make_pipe(path: Path) -> None:
    os.mkfifo(path)  # opening it would wait for a writer


def make_device(path: Path) -> None:
    path.symlink_to("/dev/zero")  # endless


def make_text_of_another_encoding(path: Path) -> None:
    path.write_bytes("2026-11-21.1".encode("utf-16"))


def make_zeros(path: Path) -> None:
    path.write_bytes(bytes(MAX_MANIFEST_BYTES + 1))


def make_empty(path: Path) -> None:
    path.touch()


def make_way_out(path: Path) -> None:
    path.write_text("../../etc")


BROKEN = [
    make_folder,
    make_dangling_link,
    make_link_to_itself,
    make_pipe,
    make_device,
    make_text_of_another_encoding,
    make_zeros,
    make_empty,
    make_way_out,
]


@pytest.mark.parametrize("make", BROKEN)
def test_a_broken_pointer_is_an_error(tmp_path: Path, make: Callable[[Path], None]) -> None:
    (tmp_path / "cnn").mkdir()
    make(tmp_path / "cnn" / CURRENT)
    with pytest.raises(ModelVersionError):
        read_current(tmp_path, "cnn")
    make(tmp_path / "cnn" / SHADOW)
    with pytest.raises(ModelVersionError):
        read_shadow(tmp_path, "cnn")


@pytest.mark.parametrize("make", BROKEN)
def test_a_broken_manifest_is_an_error(tmp_path: Path, make: Callable[[Path], None]) -> None:
    (tmp_path / "cnn" / "1").mkdir(parents=True)
    make(tmp_path / "cnn" / "1" / MANIFEST)
    with pytest.raises(ModelVersionError):
        read_manifest(tmp_path, "cnn", "1")


def test_a_folder_that_is_a_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "cnn").touch()
    with pytest.raises(ModelVersionError):
        read_current(tmp_path, "cnn")
    with pytest.raises(ModelVersionError):
        read_manifest(tmp_path, "cnn", "1")


@pytest.mark.parametrize(
    "constant", ['"temperature": 0', '"temperature": NaN', '"energy_scale": 0', '"digit_score_threshold": 7']
)
def test_a_calibration_that_gives_no_numbers_is_an_error(tmp_path: Path, constant: str) -> None:
    content = a_manifest("1").model_dump(mode="json") | {"calibration": json.loads(f"{{{constant}}}")}
    (tmp_path / "cnn" / "1").mkdir(parents=True)
    (tmp_path / "cnn" / "1" / MANIFEST).write_text(json.dumps(content))
    with pytest.raises(ModelVersionError, match="malformed"):
        read_manifest(tmp_path, "cnn", "1")


def test_a_version_is_never_overwritten(tmp_path: Path) -> None:
    write_model_version(tmp_path, a_manifest(), build_network("cnn"), GRAPH)
    with pytest.raises(FileExistsError):
        write_model_version(tmp_path, a_manifest(), build_network("cnn"), GRAPH)
    assert next_version(tmp_path, "cnn", NOW) == "2026-11-21.2"


def test_the_next_version_of_a_day_has_the_highest_number_plus_one(tmp_path: Path) -> None:
    assert next_version(tmp_path, "cnn", NOW) == "2026-11-21.1"
    for folder in ("2026-11-21.2", "2026-11-21.10", "2026-11-21.old", "2026-11-20.30"):
        (tmp_path / "cnn" / folder).mkdir(parents=True)
    assert next_version(tmp_path, "cnn", NOW) == "2026-11-21.11"


def test_a_failed_write_leaves_no_files(tmp_path: Path) -> None:
    class Unwritable(torch.nn.Module):
        def state_dict(self, *_args: object, **_options: object) -> dict[str, torch.Tensor]:
            return {"weight": torch.empty(1, device="meta")}

    with pytest.raises(NotImplementedError):
        write_model_version(tmp_path, a_manifest(), Unwritable(), GRAPH)
    assert list((tmp_path / "cnn").iterdir()) == []


@pytest.mark.parametrize("name", ["..", "../cnn", "/etc", "", "a/b", ".hidden", "x" * 65])
def test_a_name_cannot_leave_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(ModelVersionError):
        read_current(tmp_path, name)
    with pytest.raises(ModelVersionError):
        read_manifest(tmp_path, "cnn", name)


def write_version(models_dir: Path) -> Path:
    """Write a version and return its folder."""
    written = write_model_version(models_dir, a_manifest(), build_network("cnn"), GRAPH)
    return models_dir / written.name / written.version


def test_a_pickle_is_not_loaded(tmp_path: Path) -> None:
    folder = write_version(tmp_path)
    (folder / WEIGHTS).write_bytes(pickle.dumps({"conv1.weight": [0]}))
    with pytest.raises(ModelVersionError, match="can't be loaded"):
        load_network(tmp_path, a_manifest())


def test_truncated_weights_are_not_loaded(tmp_path: Path) -> None:
    folder = write_version(tmp_path)
    (folder / WEIGHTS).write_bytes((folder / WEIGHTS).read_bytes()[:100_000])
    with pytest.raises(ModelVersionError):
        load_network(tmp_path, a_manifest())


def test_a_manifest_that_names_another_version_is_not_read(tmp_path: Path) -> None:
    folder = write_version(tmp_path)
    folder.rename(folder.with_name("2026-11-21.9"))
    with pytest.raises(ModelVersionError, match="says it is"):
        read_manifest(tmp_path, "cnn", "2026-11-21.9")


@pytest.mark.parametrize("name", ["../evil", "a/b", ".hidden", ""])
def test_no_version_is_written_outside_the_folder(tmp_path: Path, name: str) -> None:
    models = tmp_path / "models"
    with pytest.raises(ModelVersionError):
        write_model_version(models, a_manifest().model_copy(update={"name": name}), build_network("mlp"), GRAPH)
    assert list(tmp_path.rglob("*")) == []


def test_a_manifest_that_cannot_be_read_back_is_not_written(tmp_path: Path) -> None:
    manifest = a_manifest().model_copy(update={"metrics": {"mnist": {"accuracy": float("nan")}}})
    with pytest.raises(ModelVersionError, match="malformed"):
        write_model_version(tmp_path, manifest, build_network("mlp"), GRAPH)
    assert list_versions(tmp_path) == []


def test_the_default_model_is_the_one_that_the_file_names(tmp_path: Path) -> None:
    assert read_default(tmp_path) is None
    write_model_version(tmp_path, a_manifest(), build_network("cnn"), GRAPH)
    with pytest.raises(ModelVersionError):
        set_default(tmp_path, "cnn")  # no version of it is in use
    set_current(tmp_path, "cnn", a_manifest().version)
    set_default(tmp_path, "cnn")
    assert read_default(tmp_path) == "cnn"


def test_the_reader_network_cannot_be_the_default(tmp_path: Path) -> None:
    with pytest.raises(ModelVersionError):
        set_default(tmp_path, "reader")


@pytest.mark.parametrize("content", [b"\xff", b"../cnn", b""])
def test_a_broken_default_is_an_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / DEFAULT).write_bytes(content)
    with pytest.raises(ModelVersionError):
        read_default(tmp_path)
