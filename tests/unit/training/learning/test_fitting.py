"""A run of the trainer on two easy digits: it learns, repeats itself, stops, and goes on after a kill."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from lightning.pytorch import Callback, LightningModule, Trainer
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, kl_div

from shared.recognition.architectures import build_network
from tests.unit.recognition.test_model_version import a_manifest
from tests.unit.training.toy_data import bars, options, state_of, training_data
from training.learning.averaging import decay_after
from training.data.labelled_images import NOT_A_DIGIT
from training.evaluation.measures import compute_logits
from training.learning.fitting import Run, RunError, WholeCheckpoints, fit, open_run
from training.reporting.epoch_log import read_history
from training.publishing.folder import write_model_version
from training.options import Options
from training.learning.task import Batch, RecognitionTask
from training.learning.teacher import Teacher

MLP = a_manifest().model_copy(update={"name": "mlp", "architecture": "mlp"})


class KilledError(Exception):
    """Stands for the kill."""


class KillIn(Callback):
    """Ends the process's work in the middle of an epoch."""

    def __init__(self, epoch: int) -> None:
        self.epoch = epoch

    def on_train_batch_end(self, trainer: Trainer, pl_module: LightningModule, *_: object) -> None:
        if trainer.current_epoch == self.epoch and trainer.global_step % 4 == 2:
            raise KilledError


def run_of(chosen: Options, folder: Path) -> Run:
    return open_run(chosen.model_copy(update={"results_dir": folder}))


def fit_bars(chosen: Options, folder: Path, callbacks: tuple[Callback, ...] = ()) -> torch.nn.Module:
    return fit(chosen, run_of(chosen, folder), training_data(chosen), callbacks).network


def test_a_run_learns_to_read_and_to_refuse(tmp_path: Path) -> None:
    chosen = options(epochs=12, learning_rate=5e-3, not_digit_weight=5.0)
    task = fit(chosen, run_of(chosen, tmp_path), training_data(chosen))
    logits = compute_logits(task.network, task.normalise, bars(8).images)
    assert (logits.argmax(1).numpy() == bars(8).labels).all()
    other, _ = training_data(chosen).training.draw(torch.arange(64, 72), torch.Generator().manual_seed(9))
    with torch.inference_mode():
        others = task.member_logits(other).mean(0)
    assert float(logits.logsumexp(1).min()) > float(others.logsumexp(1).max())


def test_the_same_seed_gives_the_same_weights(tmp_path: Path) -> None:
    first, second = (state_of(fit_bars(options(), tmp_path / name)) for name in ("a", "b"))
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_another_seed_gives_other_weights(tmp_path: Path) -> None:
    first, second = (state_of(fit_bars(options(seed=seed), tmp_path / str(seed))) for seed in (1, 2))
    assert not any(torch.equal(first[name], second[name]) for name in first)


@pytest.mark.parametrize(("model", "optimizer"), [("mlp", "adamw"), ("cnn", "adamw"), ("mlp", "muon")])
def test_a_killed_run_ends_with_the_weights_it_would_have_had(tmp_path: Path, model: str, optimizer: str) -> None:
    chosen = options(run="r", epochs=4, model=model, optimizer=optimizer)  # cnn: with dropout
    whole = state_of(fit_bars(chosen, tmp_path / "whole"))
    with pytest.raises(KilledError):
        fit_bars(chosen, tmp_path / "killed", (KillIn(epoch=2),))
    resumed = state_of(fit_bars(chosen.model_copy(update={"resume": True}), tmp_path / "killed"))
    assert all(torch.equal(whole[name], resumed[name]) for name in whole)
    assert [entry["epoch"] for entry in read_history(tmp_path / "killed" / "r" / "history.jsonl")] == [0, 1, 2, 3]


def test_a_run_that_gets_no_better_stops_early(tmp_path: Path) -> None:
    chosen = options(run="r", epochs=30, patience=2, learning_rate=1e-9, weight_decay=0, averaging=0)
    fit_bars(chosen, tmp_path)
    assert len(read_history(tmp_path / "r" / "history.jsonl")) < 30


def test_a_run_that_stopped_early_is_over_when_it_is_resumed(tmp_path: Path) -> None:
    chosen = options(run="r", epochs=30, patience=2, learning_rate=1e-9, weight_decay=0, averaging=0)
    stopped = state_of(fit_bars(chosen, tmp_path))
    epochs = len(read_history(tmp_path / "r" / "history.jsonl"))
    resumed = state_of(fit_bars(chosen.model_copy(update={"resume": True}), tmp_path))
    assert len(read_history(tmp_path / "r" / "history.jsonl")) == epochs
    assert all(torch.equal(stopped[name], resumed[name]) for name in stopped)


def test_a_run_is_not_resumed_with_other_data(tmp_path: Path) -> None:
    chosen = options(run="r", results_dir=tmp_path)
    fit(chosen, open_run(chosen, {"bars": "1"}), training_data(chosen))
    with pytest.raises(RunError, match="other options or data"):
        open_run(chosen.model_copy(update={"resume": True}), {"bars": "2"})


def test_a_finished_run_is_not_written_over(tmp_path: Path) -> None:
    fit_bars(options(run="r"), tmp_path)
    with pytest.raises(RunError, match="--resume"):
        run_of(options(run="r"), tmp_path)


def test_a_run_is_not_resumed_with_other_options(tmp_path: Path) -> None:
    fit_bars(options(run="r"), tmp_path)
    with pytest.raises(RunError, match="other options or data than these: epochs, learning_rate"):
        run_of(options(run="r", resume=True, epochs=9, learning_rate=0.5), tmp_path)


@pytest.mark.parametrize("name", ["/elsewhere", "../elsewhere"])
def test_a_run_is_a_folder_under_the_results(tmp_path: Path, name: str) -> None:
    with pytest.raises(RunError, match="is no name"):
        run_of(options(run=name), tmp_path)


def test_a_checkpoint_that_can_not_be_written_leaves_the_one_before(tmp_path: Path) -> None:
    checkpoint = tmp_path / "last.ckpt"
    WholeCheckpoints().save_checkpoint({"epoch": 1}, checkpoint)

    class FullDisk:
        def __reduce__(self) -> str:
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        WholeCheckpoints().save_checkpoint({"epoch": 2, "weights": FullDisk()}, checkpoint)
    assert torch.load(checkpoint, weights_only=True) == {"epoch": 1}


def test_a_damaged_checkpoint_is_said_to_be_so(tmp_path: Path) -> None:
    fit_bars(options(run="r"), tmp_path)
    checkpoint = tmp_path / "r" / "checkpoints" / "last.ckpt"
    checkpoint.write_bytes(checkpoint.read_bytes()[:1000])
    with pytest.raises(RunError, match=r"last.ckpt is damaged"):
        fit_bars(options(run="r", resume=True), tmp_path)


@pytest.mark.parametrize("damage", [lambda path: path.unlink(), lambda path: path.write_text("{")])
def test_a_run_whose_options_can_not_be_read_is_not_resumed(tmp_path: Path, damage: Callable[[Path], object]) -> None:
    fit_bars(options(run="r"), tmp_path)
    damage(tmp_path / "r" / "options.json")
    with pytest.raises(RunError, match=r"options.json can't be read"):
        run_of(options(run="r", resume=True), tmp_path)


class Interrupt(Callback):
    """Ctrl-C in the second epoch."""

    def on_train_batch_end(self, trainer: Trainer, pl_module: LightningModule, *_: object) -> None:
        if trainer.current_epoch == 1:
            raise KeyboardInterrupt


def test_an_interrupted_run_says_how_it_goes_on(tmp_path: Path) -> None:
    heard = signal.getsignal(signal.SIGINT)
    try:
        with pytest.raises(RunError, match="--run r --resume"):
            fit_bars(options(run="r"), tmp_path, (Interrupt(),))
    finally:
        signal.signal(signal.SIGINT, heard)  # Lightning leaves it ignored
    fit_bars(options(run="r", resume=True), tmp_path)
    assert [entry["epoch"] for entry in read_history(tmp_path / "r" / "history.jsonl")] == [0, 1, 2]


def test_a_run_that_diverges_is_no_success(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="--learning-rate"):
        fit_bars(options(optimizer="sgd", learning_rate=1e30), tmp_path)


def test_there_must_be_something_to_resume(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="nothing to resume"):
        run_of(options(run="r", resume=True), tmp_path)


def test_an_ensemble_s_members_learn_each_by_itself(tmp_path: Path) -> None:
    chosen = options(model="best", epochs=1)
    network = fit(chosen, run_of(chosen, tmp_path), training_data(chosen, 32)).network
    assert len({tuple(member(torch.zeros(1, 1, 28, 28)).flatten().tolist()) for member in network.members}) == 3  # type: ignore[union-attr, operator]


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "adamw", "muon"])
@pytest.mark.parametrize("schedule", ["one_cycle", "cosine", "constant"])
def test_every_optimizer_follows_every_schedule(tmp_path: Path, optimizer: str, schedule: str) -> None:
    chosen = options(run="r", optimizer=optimizer, schedule=schedule, learning_rate=1e-2)
    fit_bars(chosen, tmp_path)
    losses = [entry["train/loss"] for entry in read_history(tmp_path / "r" / "history.jsonl")]
    assert losses[-1] < losses[0]


def test_a_student_follows_its_teacher(tmp_path: Path) -> None:
    chosen = options(epochs=12, learning_rate=5e-3)
    alone = run_of(chosen, tmp_path / "teacher")
    teacher = fit(chosen, alone, training_data(chosen))
    copied = options(epochs=12, learning_rate=5e-3, teacher="a", teacher_share=1.0, seed=2)
    data = training_data(copied)
    data.teacher = Teacher(Contrary(teacher.network), teacher.normalise)
    taught = run_of(copied, tmp_path / "student")
    student = fit(copied, taught, data)
    logits = compute_logits(student.network, student.normalise, bars(8).images)
    assert (logits.argmax(1).numpy() == 1 - bars(8).labels).all()  # the labels said otherwise
    first, *_, last = read_history(taught.history)
    assert last["teacher/divergence"] < 0.1 < first["teacher/divergence"]
    assert "teacher/divergence" not in read_history(alone.history)[-1]


class Contrary(torch.nn.Module):
    """Takes ones for zeros and zeros for ones."""

    def __init__(self, network: torch.nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.network(images)[:, [1, 0, *range(2, 10)]]


def test_two_devices_train_as_one_group(tmp_path: Path) -> None:
    code = (
        "from pathlib import Path\n"
        "from tests.unit.training.toy_data import options, training_data\n"
        "from training.learning.fitting import fit, open_run\n"
        "if __name__ == '__main__':\n"
        f"    chosen = options(run='r', devices=2, results_dir=Path({str(tmp_path)!r}))\n"
        "    task = fit(chosen, open_run(chosen), training_data(chosen))\n"
        f"    (Path({str(tmp_path)!r}) / f'rank-{{task.global_rank}}').write_text(str(task.trainer.world_size))\n"
        "    weights = next(task.trainer.model.parameters()).detach().double().sum()\n"
        f"    (Path({str(tmp_path)!r}) / f'weights-{{task.global_rank}}').write_text(repr(float(weights)))\n"
    )
    script = tmp_path / "two.py"
    script.write_text(code)
    root = Path(__file__).parents[3]
    subprocess.run(
        [sys.executable, script],
        check=True,
        cwd=root,
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(root)},
    )
    assert [(tmp_path / f"rank-{rank}").read_text() for rank in (0, 1)] == ["2", "2"]
    one, other = [(tmp_path / f"weights-{rank}").read_text() for rank in (0, 1)]
    assert one == other  # each saw other images
    lines = (tmp_path / "r" / "history.jsonl").read_text().splitlines()
    assert [json.loads(line)["epoch"] for line in lines] == [0, 1, 2]


def test_a_batch_without_a_digit_has_a_loss(tmp_path: Path) -> None:
    chosen = options()
    task = RecognitionTask(chosen, ["bars"])
    none = Batch(torch.zeros(4, 28, 28), torch.full((4,), -1))
    logits = task.member_logits(none.images)[0]
    not_a_digit = binary_cross_entropy_with_logits(logits.logsumexp(1), torch.zeros(4))
    torch.testing.assert_close(task.loss(logits, none), chosen.not_digit_weight * not_a_digit)


@pytest.mark.parametrize("taught", [False, True])
def test_what_is_no_digit_counts_for_nothing_in_the_loss_of_digits(taught: bool) -> None:
    chosen = options(not_digit_weight=0.0, teacher="a", teacher_share=0.6)
    logits, answers = torch.randn(2, 6, 10, generator=torch.Generator().manual_seed(1))
    labels = torch.tensor([3, NOT_A_DIGIT, 0, 9, NOT_A_DIGIT, 1])
    task, digits = RecognitionTask(chosen, ["bars"]), labels >= 0
    hard = cross_entropy(logits[digits], labels[digits], label_smoothing=chosen.label_smoothing)
    soft = kl_div((logits[digits] / 2).log_softmax(1), (answers[digits] / 2).softmax(1), reduction="batchmean")
    expected = 0.4 * hard + 0.6 * 4 * soft if taught else hard
    batch = Batch(torch.zeros(6, 28, 28), labels, answers if taught else None)
    torch.testing.assert_close(task.loss(logits, batch), expected)


def test_the_average_is_what_is_worked_out_by_hand(tmp_path: Path) -> None:
    class Recorder(Callback):
        def __init__(self) -> None:
            self.weights: list[torch.Tensor] = []

        def on_train_batch_end(self, trainer: Trainer, pl_module: LightningModule, *_: object) -> None:
            self.weights.append(next(pl_module.parameters()).detach().clone())

    recorder = Recorder()
    averaged = next(fit_bars(options(epochs=2, averaging=0.6), tmp_path, (recorder,)).parameters())
    expected, *later = recorder.weights
    for steps, weights in enumerate(later, start=1):
        expected = expected * decay_after(steps, 0.6) + weights * (1 - decay_after(steps, 0.6))
    torch.testing.assert_close(averaged.detach(), expected)


def test_a_published_run_is_over(tmp_path: Path) -> None:
    fit_bars(options(run="r"), tmp_path)
    (tmp_path / "r" / "published").write_text("mlp/1")
    with pytest.raises(RunError, match="published as mlp/1"):
        run_of(options(run="r", resume=True), tmp_path)


def test_which_run_is_resumed_has_to_be_said(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="--run"):
        run_of(options(resume=True), tmp_path)


def test_fewer_images_than_a_batch_are_said_to_be_too_few(tmp_path: Path) -> None:
    chosen = options(batch=512)
    with pytest.raises(RunError, match="fewer than the 512 of a batch"):
        fit(chosen, run_of(chosen, tmp_path), training_data(chosen))


def test_more_gpus_than_there_are_can_not_be_had(tmp_path: Path) -> None:
    chosen = options(accelerator="cuda", devices=torch.cuda.device_count() + 1)
    with pytest.raises(RunError, match="CUDA devices are asked for"):
        fit(chosen, run_of(chosen, tmp_path), training_data(chosen))


def test_dropout_is_a_share_of_the_architecture_s_own() -> None:
    task = RecognitionTask(options(model="cnn", dropout=0.5), ["bars"])
    assert [module.p for module in task.network.modules() if isinstance(module, torch.nn.Dropout)] == [0.125, 0.25]


def test_a_run_goes_on_from_the_weights_of_a_version(tmp_path: Path) -> None:
    network = build_network("mlp")
    write_model_version(tmp_path / "models", MLP, network, b"")
    chosen = options(
        start_from=MLP.reference, models_dir=tmp_path / "models", epochs=1, learning_rate=1e-9, weight_decay=0
    )
    begun = state_of(fit_bars(chosen, tmp_path))
    assert all(torch.allclose(begun[name], weights, atol=1e-6) for name, weights in network.state_dict().items())


def test_a_share_of_the_version_it_began_with_stays(tmp_path: Path) -> None:
    start = build_network("mlp")
    write_model_version(tmp_path / "models", MLP, start, b"")
    chosen = options(start_from=MLP.reference, models_dir=tmp_path / "models")
    ended, halfway, begun = (
        state_of(fit_bars(chosen.model_copy(update={"start_share": share}), tmp_path / str(share)))
        for share in (0.0, 0.5, 1.0)
    )
    for name, weights in start.state_dict().items():
        torch.testing.assert_close(begun[name], weights)
        torch.testing.assert_close(halfway[name], (ended[name] + weights) / 2)
        assert not torch.equal(ended[name], weights)


def test_a_run_goes_on_from_its_own_architecture_only(tmp_path: Path) -> None:
    write_model_version(tmp_path / "models", MLP, build_network("mlp"), b"")
    chosen = options(model="lenet5", start_from=MLP.reference, models_dir=tmp_path / "models")
    with pytest.raises(RunError, match="a lenet5 can't go on from it"):
        fit_bars(chosen, tmp_path)


def test_the_average_follows_closely_at_first() -> None:
    assert decay_after(1, 0.999) == pytest.approx(2 / 11)
    assert decay_after(90, 0.999) == pytest.approx(0.91)
    assert decay_after(100_000, 0.999) == 0.999
