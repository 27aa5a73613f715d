"""The trackers, without a server: each has every epoch, also of a run that was stopped and continued."""

import struct
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lightning.pytorch import Callback, LightningModule, Trainer

from tests.integration.training.toy import toy_data, toy_settings
from training.learning.fitting import fit
from training.learning.step_folder import StepFolder
from training.reporting.epoch_log import read_epochs
from training.reporting.tracking import Tracker


@pytest.fixture(autouse=True)
def _no_tracker_is_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("WANDB_API_KEY", "WANDB_PROJECT"):
        monkeypatch.delenv(name, raising=False)


class StopInSecondEpoch(Callback):
    def on_train_epoch_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        if trainer.current_epoch == 1:
            raise InterruptedError


def run_toy(folder: Path, tracker: Tracker) -> StepFolder:
    step, settings = StepFolder(folder), toy_settings()
    fit(settings, step, toy_data(settings), tracker=tracker)
    return step


def run_toy_in_two_parts(folder: Path, tracker: Tracker) -> StepFolder:
    settings = toy_settings()
    with pytest.raises(InterruptedError):
        fit(settings, StepFolder(folder), toy_data(settings), tracker=tracker, callbacks=[StopInSecondEpoch()])
    return run_toy(folder, tracker)


def validation_losses(step: StepFolder) -> list[float]:
    losses = [epoch["validation/loss"] for epoch in read_epochs(step.epochs)]
    assert len(losses) == 2
    return losses


def test_tensorboard_has_every_epoch(tmp_path: Path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    step = run_toy(tmp_path / "toy-1" / "step-1", "tensorboard")
    log = EventAccumulator(str(step.folder)).Reload()
    assert [event.value for event in log.Scalars("validation/loss")] == pytest.approx(validation_losses(step))
    assert {"train/loss", "validation/bars", "lr-AdamW"} < set(log.Tags()["scalars"])


def test_tensorboard_shows_the_settings_beside_the_validation_loss(tmp_path: Path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from tensorboard.plugins.hparams import metadata

    log = EventAccumulator(str(run_toy(tmp_path / "toy-1" / "step-1", "tensorboard").folder)).Reload()
    plugin = log.SummaryMetadata
    started = metadata.parse_session_start_info_plugin_data(plugin(metadata.SESSION_START_INFO_TAG).plugin_data.content)
    experiment = metadata.parse_experiment_plugin_data(plugin(metadata.EXPERIMENT_TAG).plugin_data.content)
    assert set(started.hparams) == set(toy_settings().describe())
    assert started.hparams["optimizer"].string_value == "adamw"
    assert started.hparams["learning_rate"].number_value == 2e-3
    assert [metric.name.tag for metric in experiment.metric_infos] == ["validation/loss"]
    assert len(log.Scalars("validation/loss")) == 2  # the settings add no value of their own


def test_wandb_has_every_epoch_of_a_continued_run_without_an_account(tmp_path: Path) -> None:
    step = run_toy_in_two_parts(tmp_path / "toy-1" / "step-1", "wandb")
    first, second = sorted(step.folder.glob("wandb/offline-run-*/run-*.wandb"), key=lambda path: path.stat().st_mtime)
    assert first.name == second.name  # the id, so `wandb sync` makes one run of both
    records = [*read_wandb(first), *read_wandb(second)]
    logged = [item for record in records for item in record.history.item]
    losses = [float(item.value_json) for item in logged if list(item.nested_key) == ["validation/loss"]]
    assert losses == pytest.approx(validation_losses(step))
    config = {item.key: item.value_json for record in records for item in record.config.update}
    assert config["optimizer"] == '"adamw"'
    assert config["learning_rate"] == "0.002"
    assert next(record.run.display_name for record in records if record.HasField("run")) == "toy-1/step-1"


def test_two_wandb_runs_of_one_process_are_kept_apart(tmp_path: Path) -> None:
    for name in ("trial-0", "trial-1"):
        step = run_toy(tmp_path / "study" / name, "wandb")
        (file,) = step.folder.glob("wandb/offline-run-*/run-*.wandb")
        records = read_wandb(file)
        assert [record.run.display_name for record in records if record.HasField("run")] == [f"study/{name}"]
        assert records[-1].exit.exit_code == 0


def test_without_a_tracker_the_step_still_has_its_log(tmp_path: Path) -> None:
    step = run_toy(tmp_path / "step-1", "none")
    validation_losses(step)
    assert {path.name for path in step.folder.iterdir()} == {"epochs.jsonl", "settings.json", "weights.safetensors"}


BLOCK = 32768  # bytes; the file format is LevelDB's log
FILE_HEADER, RECORD_HEADER = 7, struct.Struct("<IHB")  # checksum, length, kind


def read_wandb(path: Path) -> list[Any]:
    """Return the records of a .wandb file, after its writer has finished."""
    for _ in range(600):
        records = list(parse_wandb(path))
        if records and records[-1].HasField("exit"):
            return records
        time.sleep(0.1)
    raise AssertionError(f"{path} never ended")


def parse_wandb(path: Path) -> Iterator[Any]:
    """Yield the records that are complete."""
    from wandb.proto.wandb_internal_pb2 import Record

    content, position, record = path.read_bytes(), FILE_HEADER, b""
    while position < len(content):
        if BLOCK - position % BLOCK < RECORD_HEADER.size:
            position += BLOCK - position % BLOCK
            continue
        _, length, kind = RECORD_HEADER.unpack_from(content, position)
        position += RECORD_HEADER.size
        record += content[position : position + length]
        position += length
        if kind in (1, 4):  # a whole record, or its last piece
            yield Record.FromString(record)
            record = b""
