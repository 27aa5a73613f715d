"""Tests of QMNIST with tiny files in its format: images, and labels of eight numbers that include the writer."""

import gzip
import hashlib
import sys

import numpy as np
import pytest

from tests.network import CLOSED_URL
from training.data.qmnist import QMNIST, download_qmnist, load_qmnist, main, raw_dir
from training.errors import DataUnavailableError

DIGITS_EACH = 5


def extended_labels(writers: int) -> np.ndarray:
    """Return (N, 8): digit, HSF series, writer, and five unused columns. Both series number their writers from 0."""
    labels = np.full((writers * DIGITS_EACH, 8), -1, np.int32)
    labels[:, 0] = np.arange(len(labels)) % 10
    labels[:, 1] = np.arange(len(labels)) // DIGITS_EACH % 2 * 4
    labels[:, 2] = np.arange(len(labels)) // DIGITS_EACH // 2
    return labels


@pytest.fixture
def arrays(numbered_images):
    """File name → contents: 200 writers in the training file and 4 in the test file."""
    train, test = extended_labels(200), extended_labels(4)
    return {
        "qmnist-train-images-idx3-ubyte": numbered_images(len(train)),
        "qmnist-train-labels-idx2-int": train,
        "qmnist-test-images-idx3-ubyte": numbered_images(len(test)),
        "qmnist-test-labels-idx2-int": test,
    }


@pytest.fixture
def data_dir(tmp_path, write_idx, arrays):
    for name, array in arrays.items():
        write_idx(raw_dir(tmp_path) / name, array)
    return tmp_path


@pytest.fixture
def offline_archives(monkeypatch, write_idx, arrays, tmp_path):
    """A machine without a network: the archives' addresses do not answer. Returns archive name → contents.

    torchvision accepts the checksums of these tiny archives.
    """
    archives = {f"{name}.gz": gzip.compress(write_idx(tmp_path / "raw", array)) for name, array in arrays.items()}
    for part in ("train", "test"):
        names = [url.rpartition("/")[2] for url, _ in QMNIST.resources[part]]
        sums = [hashlib.md5(archives[name]).hexdigest() for name in names]
        resources = [(f"{CLOSED_URL}/{name}", md5) for name, md5 in zip(names, sums, strict=True)]
        monkeypatch.setitem(QMNIST.resources, part, resources)
    return archives


def writers_of(images: np.ndarray) -> set[tuple[int, int]]:
    """Return (series, writer) of numbered images, by their place in the training file."""
    places = images[:, 0, 0].astype(int) * 256 + images[:, 0, 1]
    return {tuple(row) for row in extended_labels(200)[places, 1:3].tolist()}


def test_no_writer_is_in_both_training_and_validation(data_dir):
    train, validation = load_qmnist("train", data_dir), load_qmnist("validation", data_dir)
    assert len(train) + len(validation) == 200 * DIGITS_EACH
    assert not writers_of(train.images) & writers_of(validation.images)


def test_about_a_twelfth_of_the_writers_are_used_for_validation(data_dir):
    assert 8 <= len(writers_of(load_qmnist("validation", data_dir).images)) <= 28


def test_images_keep_their_labels(data_dir):
    validation = load_qmnist("validation", data_dir)
    places = validation.images[:, 0, 0].astype(int) * 256 + validation.images[:, 0, 1]
    assert (validation.labels == places % 10).all()
    assert validation.labels.dtype == np.int64


def test_the_whole_test_file_is_the_test_split(data_dir):
    assert load_qmnist("test", data_dir).labels.tolist() == [*range(10), *range(10)]


def test_damaged_files_are_reported(data_dir, damage):
    file = raw_dir(data_dir) / "qmnist-test-images-idx3-ubyte"
    file.write_bytes(damage(file.read_bytes()))
    with pytest.raises(DataUnavailableError, match="damaged"):
        load_qmnist("test", data_dir)


def test_missing_data_says_what_to_run(tmp_path):
    with pytest.raises(DataUnavailableError, match=r"run `python -m training\.data\.qmnist`"):
        load_qmnist("train", tmp_path)


def test_archives_in_the_folder_are_unpacked_without_a_network(tmp_path, offline_archives):
    raw_dir(tmp_path).mkdir(parents=True)
    for name, content in offline_archives.items():
        (raw_dir(tmp_path) / name).write_bytes(content)
    download_qmnist(tmp_path)
    assert len(load_qmnist("test", tmp_path)) == 20


def test_a_failed_download_says_which_files_to_put_where(tmp_path, offline_archives, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["qmnist", "--data-dir", str(tmp_path)])
    assert main() == 1
    printed = capsys.readouterr().err
    assert all(name in printed for name in offline_archives)
    assert str(raw_dir(tmp_path)) in printed
