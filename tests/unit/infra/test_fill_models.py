"""The script that fills the shared volume of models with those of the image, as it runs in a pod."""

import shutil
import subprocess
from pathlib import Path

import pytest

from shared.recognition.model_version import list_versions, read_current
from tests.manifests import KUBERNETES
from tests.written_versions import write_copies

SCRIPT = KUBERNETES / "components" / "learning" / "fill_models.sh"


def start(image: Path, volume: Path, pod: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(["sh", SCRIPT, image, volume], env={"PATH": "/usr/bin:/bin", "HOSTNAME": pod})


@pytest.fixture
def image(tmp_path: Path) -> Path:
    write_copies(tmp_path / "image", "mlp", "1", "2")
    (tmp_path / "image" / "mlp" / "current").write_text("2\n")
    (tmp_path / "volume").mkdir()
    return tmp_path / "image"


@pytest.fixture
def volume(tmp_path: Path) -> Path:
    return tmp_path / "volume"


def test_an_empty_volume_gets_every_version_and_which_one_answers(image: Path, volume: Path) -> None:
    assert start(image, volume, "pod").wait() == 0
    assert list_versions(volume) == [("mlp", "1"), ("mlp", "2")]
    assert read_current(volume, "mlp") == "2"
    assert list(volume.glob("*/.*")) == []


def test_a_newer_image_adds_its_versions_and_changes_nothing(image: Path, volume: Path) -> None:
    assert start(image, volume, "pod").wait() == 0
    (volume / "mlp" / "current").write_text("1\n")  # a curator's choice
    manifest = volume / "mlp" / "1" / "manifest.json"
    manifest.write_text("changed here")
    shutil.copytree(image / "mlp" / "2", image / "mlp" / "3")
    assert start(image, volume, "pod").wait() == 0
    assert (volume / "mlp" / "3" / "manifest.json").read_bytes() == (image / "mlp" / "3" / "manifest.json").read_bytes()
    assert read_current(volume, "mlp") == "1"
    assert manifest.read_text() == "changed here"


def test_several_pods_may_fill_it_at_once(image: Path, volume: Path) -> None:
    pods = [start(image, volume, f"pod-{number}") for number in range(5)]
    assert [pod.wait() for pod in pods] == [0] * 5
    for name in ("1", "2"):
        assert {path.name for path in (volume / "mlp" / name).iterdir()} == {
            path.name for path in (image / "mlp" / name).iterdir()
        }
    assert list(volume.glob("*/.*")) == []
