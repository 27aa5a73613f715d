"""Tests of MNIST with tiny files in its format."""

import hashlib

import pytest

from training.data import mnist
from training.data.mnist import MD5_OF, find_wrong_files, load_mnist, main, raw_dir
from training.errors import DataUnavailableError


@pytest.fixture
def data_dir(tmp_path, write_idx, numbered_images, monkeypatch):
    """A folder with 5,007 training and 3 test images, whose checksums are set as the right ones."""
    images = {"train": numbered_images(5007), "t10k": numbered_images(3)}
    for name in MD5_OF:
        part, kind, *_ = name.split("-")
        array = images[part] if kind == "images" else images[part][:, 0, 1] % 10
        content = write_idx(raw_dir(tmp_path) / name, array)
        monkeypatch.setitem(mnist.MD5_OF, name, hashlib.md5(content).hexdigest())
    return tmp_path


def test_the_last_5000_training_images_are_the_validation_split(data_dir):
    train, validation, test = (load_mnist(split, data_dir) for split in ("train", "validation", "test"))
    assert (len(train), len(validation), len(test)) == (7, 5000, 3)
    assert train.images[:, 0, 1].tolist() == [0, 1, 2, 3, 4, 5, 6]
    assert validation.images[0, 0, 1] == 7


def test_missing_data_says_what_to_run(tmp_path):
    with pytest.raises(DataUnavailableError, match="make data"):
        load_mnist("train", tmp_path)


def test_a_changed_file_counts_as_missing(data_dir):
    changed = raw_dir(data_dir) / "t10k-labels-idx1-ubyte"
    changed.write_bytes(changed.read_bytes()[:-1] + b"\x09")
    assert find_wrong_files(data_dir) == ["t10k-labels-idx1-ubyte"]
    with pytest.raises(DataUnavailableError, match="make data"):
        load_mnist("test", data_dir)


def test_a_folder_that_cannot_be_created_is_reported(tmp_path, monkeypatch, capsys):
    (tmp_path / "file").write_text("")
    monkeypatch.setattr("sys.argv", ["mnist", "--data-dir", str(tmp_path / "file" / "data")])
    assert main() == 1
    assert "Not a directory" in capsys.readouterr().err
