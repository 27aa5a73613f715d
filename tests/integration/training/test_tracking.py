"""Real runs of a toy training, and what each tracker then has of them, read back with the tracker's own means."""

import struct
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lightning.pytorch import Callback, LightningModule, Trainer

from tests.integration.training.toy import toy_data, toy_options
from training.learning.fitting import Run, fit, open_run
from training.options import Options
from training.reporting.epoch_log import read_history


@pytest.fixture(autouse=True)
def _no_tracker_is_set_up(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("WANDB_API_KEY", "WANDB_PROJECT", "MLFLOW_TRACKING_URI"):
        monkeypatch.setenv(name, "")  # MLflow sets its own; that is then undone
        monkeypatch.delenv(name)


class StopInSecondEpoch(Callback):
    def on_train_epoch_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        if trainer.current_epoch == 1:
            raise InterruptedError


def run_toy(options: Options) -> Run:
    run = open_run(options)
    fit(options, run, toy_data(options))
    return run


def run_toy_in_two_goes(options: Options) -> Run:
    run = open_run(options)
    with pytest.raises(InterruptedError):
        fit(options, run, toy_data(options), [StopInSecondEpoch()])
    return run_toy(options.model_copy(update={"resume": True}))


def validation_losses(run: Run) -> list[float]:
    losses = [epoch["validation/loss"] for epoch in read_history(run.history)]
    assert len(losses) == 2
    return losses


def test_tensorboard_has_every_epoch_of_the_run(tmp_path: Path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    run = run_toy(toy_options(tmp_path, tracker="tensorboard", run="one"))
    read = EventAccumulator(str(run.folder)).Reload()
    assert [event.value for event in read.Scalars("validation/loss")] == pytest.approx(validation_losses(run))
    assert {"train/loss", "validation/bars", "lr-AdamW"} < set(read.Tags()["scalars"])


def test_tensorboard_shows_the_recipe_beside_the_validation_loss(tmp_path: Path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from tensorboard.plugins.hparams import metadata

    options = toy_options(tmp_path, tracker="tensorboard", run="one")
    read = EventAccumulator(str(run_toy(options).folder)).Reload()
    plugin = read.SummaryMetadata
    started = metadata.parse_session_start_info_plugin_data(plugin(metadata.SESSION_START_INFO_TAG).plugin_data.content)
    experiment = metadata.parse_experiment_plugin_data(plugin(metadata.EXPERIMENT_TAG).plugin_data.content)
    assert set(started.hparams) == set(options.recipe())
    assert started.hparams["optimizer"].string_value == "adamw"
    assert started.hparams["learning_rate"].number_value == 2e-3
    assert [metric.name.tag for metric in experiment.metric_infos] == ["validation/loss"]
    assert len(read.Scalars("validation/loss")) == 2  # the recipe brought no figure of its own


def test_mlflow_has_every_epoch_of_a_run_in_two_goes(tmp_path: Path) -> None:
    from mlflow.tracking import MlflowClient

    run = run_toy_in_two_goes(toy_options(tmp_path, tracker="mlflow", run="one"))
    client = MlflowClient(f"sqlite:///{tmp_path}/mlflow.db")
    experiment = client.get_experiment_by_name("slate")
    assert experiment is not None
    (found,) = client.search_runs([experiment.experiment_id])
    assert found.info.run_name == "one"
    assert found.info.status == "FINISHED"
    assert found.data.params["optimizer"] == "adamw"
    assert found.data.params["learning_rate"] == "0.002"
    assert found.info.artifact_uri.startswith((tmp_path / "mlflow-artifacts").as_uri())
    losses = client.get_metric_history(found.info.run_id, "validation/loss")
    assert [metric.value for metric in losses] == pytest.approx(validation_losses(run))


def test_wandb_has_every_epoch_of_a_run_in_two_goes_without_an_account(tmp_path: Path) -> None:
    run = run_toy_in_two_goes(toy_options(tmp_path, tracker="wandb", run="one"))
    first, second = sorted(run.folder.glob("wandb/offline-run-*/run-*.wandb"), key=lambda path: path.stat().st_mtime)
    assert first.name == second.name  # the id, so that `wandb sync` makes one run of the two
    records = [*read_wandb(first), *read_wandb(second)]
    logged = [item for record in records for item in record.history.item]
    losses = [float(item.value_json) for item in logged if list(item.nested_key) == ["validation/loss"]]
    assert losses == pytest.approx(validation_losses(run))
    config = {item.key: item.value_json for record in records for item in record.config.update}
    assert config["optimizer"] == '"adamw"'
    assert config["learning_rate"] == "0.002"
    assert next(record.run.display_name for record in records if record.HasField("run")) == "one"


def test_two_wandb_runs_of_one_process_are_kept_apart(tmp_path: Path) -> None:
    for name in ("one", "two"):
        run = run_toy(toy_options(tmp_path, tracker="wandb", run=name))
        (written,) = run.folder.glob("wandb/offline-run-*/run-*.wandb")
        records = read_wandb(written)
        assert [record.run.display_name for record in records if record.HasField("run")] == [name]
        assert records[-1].exit.exit_code == 0


def test_without_a_tracker_the_run_still_has_its_history(tmp_path: Path) -> None:
    run = run_toy(toy_options(tmp_path, tracker="none", run="one"))
    validation_losses(run)
    assert {path.name for path in run.folder.iterdir()} == {"history.jsonl", "options.json", "checkpoints"}


BLOCK = 32768  # bytes; the format is LevelDB's log
FILE_HEADER, RECORD_HEADER = 7, struct.Struct("<IHB")  # checksum, length, and whether it is whole


def read_wandb(path: Path) -> list[Any]:
    """The records of a .wandb file, once the process that writes it has written the last."""
    for _ in range(600):
        records = list(parse_wandb(path))
        if records and records[-1].HasField("exit"):
            return records
        time.sleep(0.1)
    raise AssertionError(f"{path} never ended")


def parse_wandb(path: Path) -> Iterator[Any]:
    """The records that are there."""
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
        if kind in (1, 4):  # whole, or the last piece
            yield Record.FromString(record)
            record = b""
