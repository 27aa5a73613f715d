"""Tests of EMNIST with tiny files in its format, which stores images transposed."""

import gzip
import hashlib
import sys
import zipfile

import numpy as np
import pytest

from tests.network import CLOSED_URL
from training.data.emnist import EMNIST, download_emnist, load_emnist_digits, main, raw_dir
from training.errors import DataUnavailableError


@pytest.fixture
def arrays(numbered_images):
    """File name → contents: 24 training images and 5 test images, with rows and columns exchanged."""
    files = {}
    for part, count in (("train", 24), ("test", 5)):
        files[f"emnist-digits-{part}-images-idx3-ubyte"] = numbered_images(count).transpose(0, 2, 1)
        files[f"emnist-digits-{part}-labels-idx1-ubyte"] = (np.arange(count) % 10).astype(np.uint8)
    return files


@pytest.fixture
def data_dir(tmp_path, write_idx, arrays):
    for name, array in arrays.items():
        write_idx(raw_dir(tmp_path) / name, array)
    return tmp_path


def test_images_are_upright(data_dir, numbered_images):
    test = load_emnist_digits("test", data_dir)
    assert (test.images == numbered_images(5)).all()
    assert test.images.flags.c_contiguous


def test_the_last_twelfth_of_the_training_file_is_the_validation_split(data_dir):
    train, validation = load_emnist_digits("train", data_dir), load_emnist_digits("validation", data_dir)
    assert train.images[:, 0, 1].tolist() == list(range(22))
    assert validation.images[:, 0, 1].tolist() == [22, 23]
    assert validation.labels.tolist() == [2, 3]
    assert validation.labels.dtype == np.int64


def test_damaged_files_are_reported(data_dir, damage):
    file = raw_dir(data_dir) / "emnist-digits-test-images-idx3-ubyte"
    file.write_bytes(damage(file.read_bytes()))
    with pytest.raises(DataUnavailableError, match="damaged"):
        load_emnist_digits("test", data_dir)


def test_missing_data_says_what_to_run(tmp_path):
    with pytest.raises(DataUnavailableError, match=r"run `python -m training\.data\.emnist`"):
        load_emnist_digits("train", tmp_path)


def test_an_archive_in_the_folder_is_unpacked_without_a_network(tmp_path, write_idx, arrays, monkeypatch):
    archive = raw_dir(tmp_path) / "gzip.zip"
    archive.parent.mkdir(parents=True)
    with zipfile.ZipFile(archive, "w") as packed:
        for name, array in arrays.items():
            packed.writestr(f"gzip/{name}.gz", gzip.compress(write_idx(tmp_path / "raw", array)))
    monkeypatch.setattr(EMNIST, "md5", hashlib.md5(archive.read_bytes()).hexdigest())
    monkeypatch.setattr(EMNIST, "url", f"{CLOSED_URL}/gzip.zip")
    download_emnist(tmp_path)
    assert len(load_emnist_digits("train", tmp_path)) == 22


def test_a_failed_download_says_which_file_to_put_where(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(EMNIST, "url", f"{CLOSED_URL}/gzip.zip")
    monkeypatch.setattr(sys, "argv", ["emnist", "--data-dir", str(tmp_path)])
    assert main() == 1
    assert f"put gzip.zip into {raw_dir(tmp_path)}" in capsys.readouterr().err
