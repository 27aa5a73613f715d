"""Weights from elsewhere: only tensors are read, each is checked, and the message names what does not fit."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from shared.recognition.architectures import build_network
from shared.recognition.augmented_views import DOUBTFUL_BELOW
from shared.recognition.model_version import WEIGHTS, find_manifest, folder_of
from shared.recognition.normalisation import Normalisation
from training.errors import WeightsError
from training.publishing.import_weights import (
    Options,
    build_candidate,
    build_with,
    choose_calibration,
    choose_settings,
    find_origin,
    main,
    read_weights,
)


def lenet_state() -> dict[str, torch.Tensor]:
    torch.manual_seed(0)
    return build_network("lenet5").state_dict()


@pytest.mark.parametrize(
    "wrap",
    [
        lambda state: state,
        lambda state: {"state_dict": state, "epoch": 3},
        lambda state: {"model_state_dict": {f"module.{name}": tensor for name, tensor in state.items()}},
    ],
)
def test_the_usual_wrappers_are_removed(tmp_path: Path, wrap: object) -> None:
    torch.save(wrap(lenet_state()), tmp_path / "foreign.pth")  # type: ignore[operator]
    network = build_with(read_weights(tmp_path / "foreign.pth"), "lenet5")
    assert all(torch.equal(tensor, lenet_state()[name]) for name, tensor in network.state_dict().items())


def test_safetensors_are_read_too(tmp_path: Path) -> None:
    save_file(lenet_state(), tmp_path / "foreign.safetensors")
    assert build_with(read_weights(tmp_path / "foreign.safetensors"), "lenet5")


class Evil:
    """Creates a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return Path.touch, (self.path,)


def test_nothing_but_tensors_is_unpickled(tmp_path: Path) -> None:
    torch.save({"fc.weight": Evil(tmp_path / "touched")}, tmp_path / "evil.pth")
    with pytest.raises(WeightsError, match="more than tensors"):
        read_weights(tmp_path / "evil.pth")
    assert not (tmp_path / "touched").exists()


@pytest.mark.parametrize("content", [b"", b"not a checkpoint"])
def test_a_broken_file_is_reported(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "broken.pth").write_bytes(content)
    with pytest.raises(WeightsError, match=r"broken\.pth"):
        read_weights(tmp_path / "broken.pth")


def test_something_else_than_a_table_of_tensors_is_reported(tmp_path: Path) -> None:
    torch.save([torch.zeros(3)], tmp_path / "list.pth")
    with pytest.raises(WeightsError, match="state_dict"):
        read_weights(tmp_path / "list.pth")


@pytest.mark.parametrize(
    "state",
    [
        {1: torch.zeros(2)},
        {"a": torch.eye(3).to_sparse()},
        {"a": torch.zeros(2, dtype=torch.complex64)},
        {"a": "text"},
    ],
)
def test_only_names_with_plain_tensors_are_accepted(tmp_path: Path, state: dict[object, object]) -> None:
    torch.save(state, tmp_path / "odd.pth")
    with pytest.raises(WeightsError, match="plain tensors"):
        read_weights(tmp_path / "odd.pth")


def test_a_weight_that_appears_twice_is_reported(tmp_path: Path) -> None:
    torch.save({"a": torch.zeros(2), "module.a": torch.ones(2)}, tmp_path / "twice.pth")
    with pytest.raises(WeightsError, match="twice"):
        read_weights(tmp_path / "twice.pth")


def test_every_weight_that_does_not_fit_is_named() -> None:
    state = lenet_state()
    state["fc9.weight"] = state.pop("fc3.weight")
    state["conv1.weight"] = torch.zeros(6, 1, 3, 3)
    state["fc1.bias"] = torch.full((120,), torch.nan)
    state["fc2.bias"] = torch.zeros(84, dtype=torch.int64)
    with pytest.raises(WeightsError) as caught:
        build_with(state, "lenet5")
    assert "fc2.bias holds integers" in str(caught.value)
    for part in ("fc9.weight is unknown", "fc3.weight is missing", "(6, 1, 3, 3) and should be (6, 1, 5, 5)", "finite"):
        assert part in str(caught.value)


SHIPPED = find_manifest(Path("models"), "lenet5")
SHIPPED_WEIGHTS = folder_of(Path("models"), SHIPPED.name, SHIPPED.version) / WEIGHTS


def test_the_weights_of_a_version_keep_how_they_were_made() -> None:
    assert find_origin(SHIPPED_WEIGHTS) == SHIPPED
    candidate = build_candidate(Options(file=SHIPPED_WEIGHTS, architecture="lenet5"), SHIPPED)
    assert candidate.recipe == SHIPPED.recipe | {"imported_from": SHIPPED.reference}
    assert (candidate.data, candidate.epochs) == (SHIPPED.data, SHIPPED.epochs)
    assert (candidate.recipe_name, candidate.lineage) == (SHIPPED.recipe_name, SHIPPED.lineage)
    assert candidate.normalisation == SHIPPED.normalisation


def test_the_weights_of_a_version_keep_their_calibration() -> None:
    options = Options(file=SHIPPED_WEIGHTS, architecture="lenet5")
    once = SHIPPED.model_copy(update={"calibration": replace(SHIPPED.calibration, doubtful_below=0.0)})
    calibration = choose_calibration(build_candidate(options, once), once, choose_settings(once), options)
    assert calibration == replace(once.calibration, doubtful_below=DOUBTFUL_BELOW)


def test_weights_from_elsewhere_are_identified_by_their_hash(tmp_path: Path) -> None:
    foreign = tmp_path / WEIGHTS
    foreign.write_bytes(SHIPPED_WEIGHTS.read_bytes())
    assert find_origin(foreign) is None
    candidate = build_candidate(Options(file=foreign, architecture="lenet5", mean=0.5, std=0.5), None)
    assert candidate.recipe == {"imported_from": WEIGHTS}
    assert candidate.data == {WEIGHTS: hashlib.sha256(foreign.read_bytes()).hexdigest()}
    assert candidate.normalisation == Normalisation(0.5, 0.5)


def test_a_version_is_measured_on_data_that_are_clean_for_its_datasets() -> None:
    learned_from_emnist = SHIPPED.model_copy(update={"recipe": {"dataset": "emnist,pen_strokes"}})
    assert choose_settings(learned_from_emnist).dataset == ("emnist", "pen_strokes")
    assert choose_settings(SHIPPED.model_copy(update={"recipe": {}})).dataset == ("mnist",)
    assert choose_settings(None).dataset == ("mnist",)


def test_the_command_reports_what_is_wrong_and_publishes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [str(tmp_path / "none.pth"), "--architecture", "cnn", "--models-dir", str(tmp_path / "models")]
    assert main(arguments) == 1
    assert "none.pth" in capsys.readouterr().err
    assert not (tmp_path / "models").exists()
