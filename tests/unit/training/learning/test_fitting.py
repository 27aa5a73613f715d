"""One step of the trainer on two easy digits: it learns, repeats itself, stops, and continues after a kill."""

import signal
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from lightning.pytorch import Callback, LightningModule, Trainer
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, kl_div

from shared.recognition.architectures import build_network
from shared.recognition.normalisation import Normalisation
from tests.unit.training.toy_data import bars, quick_settings, state_of, training_data
from training.data.labelled_images import NOT_A_DIGIT
from training.errors import RunError
from training.evaluation.measures import compute_logits
from training.learning.averaging import decay_after
from training.learning.fitting import AtomicCheckpoints, fit
from training.learning.step_folder import StepFolder
from training.learning.task import Batch, RecognitionTask
from training.learning.teacher import Teacher
from training.recipes.recipe import Settings
from training.reporting.epoch_log import read_epochs


class KilledError(Exception):
    """Stands for a kill."""


class KillIn(Callback):
    """Stops the training in the middle of an epoch."""

    def __init__(self, epoch: int) -> None:
        self.epoch = epoch

    def on_train_batch_end(self, trainer: Trainer, pl_module: LightningModule, *_: object) -> None:
        if trainer.current_epoch == self.epoch and trainer.global_step % 4 == 2:
            raise KilledError


def fit_bars(
    settings: Settings, folder: Path, *callbacks: Callback, start: torch.nn.Module | None = None
) -> torch.nn.Module:
    return fit(settings, StepFolder(folder), training_data(settings), start, callbacks=callbacks)


def test_a_step_learns_to_read_digits_and_to_reject_others(tmp_path: Path) -> None:
    settings = quick_settings(epochs=12, learning_rate=5e-3, not_digit_weight=5.0)
    network = fit_bars(settings, tmp_path)
    logits = compute_logits(network, Normalisation(), bars(8).images)
    assert (logits.argmax(1) == bars(8).labels).all()
    mixture = training_data(settings).training
    other, _ = mixture.draw(torch.arange(64, 72), torch.Generator().manual_seed(9))  # type: ignore[union-attr]
    others = compute_logits(network, Normalisation(), other.numpy().astype("uint8"))
    energies = [torch.from_numpy(part).logsumexp(1) for part in (logits, others)]
    assert float(energies[0].min()) > float(energies[1].max())


def test_the_same_seed_gives_the_same_weights(tmp_path: Path) -> None:
    first, second = (state_of(fit_bars(quick_settings(), tmp_path / name)) for name in ("a", "b"))
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_another_seed_gives_other_weights(tmp_path: Path) -> None:
    first, second = (state_of(fit_bars(quick_settings(seed=seed), tmp_path / str(seed))) for seed in (1, 2))
    assert not any(torch.equal(first[name], second[name]) for name in first)


@pytest.mark.parametrize(
    ("architecture", "optimizer"),
    [("mlp", "adamw"), ("cnn", "adamw"), ("mlp", "muon")],  # the cnn has dropout
)
def test_a_killed_step_ends_with_the_weights_it_would_have_had(
    tmp_path: Path, architecture: str, optimizer: str
) -> None:
    settings = quick_settings(epochs=4, architecture=architecture, optimizer=optimizer)
    whole = state_of(fit_bars(settings, tmp_path / "whole"))
    with pytest.raises(KilledError):
        fit_bars(settings, tmp_path / "killed", KillIn(epoch=2))
    continued = state_of(fit_bars(settings, tmp_path / "killed"))
    assert all(torch.equal(whole[name], continued[name]) for name in whole)
    assert [entry["epoch"] for entry in read_epochs(StepFolder(tmp_path / "killed").epochs)] == [0, 1, 2, 3]


def test_a_step_that_gets_no_better_stops_early(tmp_path: Path) -> None:
    fit_bars(quick_settings(epochs=30, patience=2, learning_rate=1e-9, weight_decay=0, averaging=0), tmp_path)
    assert len(read_epochs(StepFolder(tmp_path).epochs)) < 30


class KillWhenStopping(Callback):
    """Stops the process after the last checkpoint of a step that ran out of patience."""

    def on_train_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        raise KilledError


def test_a_step_that_stopped_early_trains_no_further_when_it_continues(tmp_path: Path) -> None:
    settings = quick_settings(epochs=30, patience=2, learning_rate=1e-9, weight_decay=0, averaging=0)
    with pytest.raises(KilledError):
        fit_bars(settings, tmp_path, KillWhenStopping())
    epochs = len(read_epochs(StepFolder(tmp_path).epochs))
    fit_bars(settings, tmp_path)
    assert len(read_epochs(StepFolder(tmp_path).epochs)) == epochs


def test_a_finished_step_keeps_its_weights_and_no_checkpoint(tmp_path: Path) -> None:
    trained = state_of(fit_bars(quick_settings(), tmp_path))
    step = StepFolder(tmp_path)
    assert step.is_finished()
    assert not step.checkpoints.exists()
    loaded = state_of(step.load_into(build_network("mlp")))
    assert all(torch.equal(trained[name], loaded[name]) for name in trained)


def test_a_step_does_not_continue_with_other_data(tmp_path: Path) -> None:
    step = StepFolder(tmp_path)
    step.begin(quick_settings(), {"bars": "1"})
    with pytest.raises(RunError, match=r"other settings or data: data\."):
        step.begin(quick_settings(), {"bars": "2"})


def test_a_step_does_not_continue_with_other_settings(tmp_path: Path) -> None:
    step = StepFolder(tmp_path)
    step.begin(quick_settings(), {})
    with pytest.raises(RunError, match=r"other settings or data: epochs, learning_rate\."):
        step.begin(quick_settings(epochs=9, learning_rate=0.5), {})


@pytest.mark.parametrize("content", ["{", "", "[]", '{"epochs": 3}', '{"data": 1}'])
def test_settings_that_cannot_be_read_are_reported(tmp_path: Path, content: str) -> None:
    StepFolder(tmp_path).settings.write_text(content)
    with pytest.raises(RunError, match=r"settings.json cannot be read"):
        StepFolder(tmp_path).begin(quick_settings(), {})


def test_a_checkpoint_that_cannot_be_written_leaves_the_one_before(tmp_path: Path) -> None:
    checkpoint = tmp_path / "last.ckpt"
    AtomicCheckpoints().save_checkpoint({"epoch": 1}, checkpoint)

    class FullDisk:
        def __reduce__(self) -> str:
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        AtomicCheckpoints().save_checkpoint({"epoch": 2, "weights": FullDisk()}, checkpoint)
    assert torch.load(checkpoint, weights_only=True) == {"epoch": 1}


@pytest.mark.parametrize("damage", [lambda file: file.write_bytes(file.read_bytes()[:1000])])
def test_a_damaged_checkpoint_is_reported(tmp_path: Path, damage: Callable[[Path], object]) -> None:
    with pytest.raises(KilledError):
        fit_bars(quick_settings(), tmp_path, KillIn(epoch=2))
    damage(StepFolder(tmp_path).last_checkpoint)
    with pytest.raises(RunError, match=r"last.ckpt is damaged"):
        fit_bars(quick_settings(), tmp_path)


def test_damaged_weights_of_a_finished_step_are_reported(tmp_path: Path) -> None:
    StepFolder(tmp_path).weights.write_bytes(b"broken")
    with pytest.raises(RunError, match=r"weights.safetensors is damaged"):
        StepFolder(tmp_path).load_into(build_network("mlp"))


class Interrupt(Callback):
    """Presses Ctrl-C in the second epoch."""

    def on_train_batch_end(self, trainer: Trainer, pl_module: LightningModule, *_: object) -> None:
        if trainer.current_epoch == 1:
            raise KeyboardInterrupt


def test_an_interrupted_step_says_how_it_continues(tmp_path: Path) -> None:
    handler = signal.getsignal(signal.SIGINT)
    try:
        with pytest.raises(RunError, match="The same command continues"):
            fit_bars(quick_settings(), tmp_path, Interrupt())
    finally:
        signal.signal(signal.SIGINT, handler)  # Lightning leaves the signal ignored
    fit_bars(quick_settings(), tmp_path)
    assert [entry["epoch"] for entry in read_epochs(StepFolder(tmp_path).epochs)] == [0, 1, 2]


def test_a_step_that_diverges_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="lower learning_rate"):
        fit_bars(quick_settings(optimizer="sgd", learning_rate=1e30), tmp_path)
    assert not StepFolder(tmp_path).is_finished()


def test_the_members_of_an_ensemble_learn_separately(tmp_path: Path) -> None:
    settings = quick_settings(architecture="best", epochs=1)
    network = fit(settings, StepFolder(tmp_path), training_data(settings, 32))
    assert len({tuple(member(torch.zeros(1, 1, 28, 28)).flatten().tolist()) for member in network.members}) == 3  # type: ignore[union-attr, operator]


@pytest.mark.parametrize("optimizer", ["sgd", "adamw", "muon"])
def test_every_optimizer_lowers_the_loss(tmp_path: Path, optimizer: str) -> None:
    fit_bars(quick_settings(optimizer=optimizer, learning_rate=1e-2), tmp_path)
    losses = [entry["train/loss"] for entry in read_epochs(StepFolder(tmp_path).epochs)]
    assert losses[-1] < losses[0]


class Swapped(torch.nn.Module):
    """Swaps zeros and ones in the answers of a network."""

    def __init__(self, network: torch.nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.network(images)[:, [1, 0, *range(2, 10)]]


def test_a_student_follows_its_teacher(tmp_path: Path) -> None:
    alone = fit_bars(quick_settings(epochs=12, learning_rate=5e-3), tmp_path / "teacher")
    settings = quick_settings(epochs=12, learning_rate=5e-3, teacher="a", teacher_share=1.0, seed=2)
    data = training_data(settings)
    data.teacher = Teacher(Swapped(alone), Normalisation())
    student = fit(settings, StepFolder(tmp_path / "student"), data)
    logits = compute_logits(student, Normalisation(), bars(8).images)
    assert (logits.argmax(1) == 1 - bars(8).labels).all()  # the labels say the opposite
    first, *_, last = read_epochs(StepFolder(tmp_path / "student").epochs)
    assert last["teacher/divergence"] < 0.1 < first["teacher/divergence"]
    assert "teacher/divergence" not in read_epochs(StepFolder(tmp_path / "teacher").epochs)[-1]


def test_a_batch_without_a_digit_has_a_loss() -> None:
    settings = quick_settings()
    task = RecognitionTask(settings, ["bars"])
    none = Batch(torch.zeros(4, 28, 28), torch.full((4,), NOT_A_DIGIT))
    logits = task.member_logits(none.images)[0]
    expected = settings.not_digit_weight * binary_cross_entropy_with_logits(logits.logsumexp(1), torch.zeros(4))
    torch.testing.assert_close(task.loss(logits, none), expected)


@pytest.mark.parametrize("taught", [False, True])
def test_non_digits_add_nothing_to_the_loss_of_the_digits(taught: bool) -> None:
    settings = quick_settings(not_digit_weight=0.0, teacher="a", teacher_share=0.6)
    logits, answers = torch.randn(2, 6, 10, generator=torch.Generator().manual_seed(1))
    labels = torch.tensor([3, NOT_A_DIGIT, 0, 9, NOT_A_DIGIT, 1])
    task, digits = RecognitionTask(settings, ["bars"]), labels >= 0
    hard = cross_entropy(logits[digits], labels[digits], label_smoothing=settings.label_smoothing)
    soft = kl_div((logits[digits] / 2).log_softmax(1), (answers[digits] / 2).softmax(1), reduction="batchmean")
    expected = 0.4 * hard + 0.6 * 4 * soft if taught else hard
    batch = Batch(torch.zeros(6, 28, 28), labels, answers if taught else None)
    torch.testing.assert_close(task.loss(logits, batch), expected)


def test_where_the_teacher_does_not_count_only_the_label_does() -> None:
    settings = quick_settings(not_digit_weight=0.0, teacher="a", teacher_share=0.6)
    logits, answers = torch.randn(2, 6, 10, generator=torch.Generator().manual_seed(1))
    labels = torch.arange(6)
    task = RecognitionTask(settings, ["bars"])

    def loss_of(rows: slice, teacher: torch.Tensor | None, taught: torch.Tensor | None = None) -> torch.Tensor:
        return task.loss(logits[rows], Batch(torch.zeros(3, 28, 28), labels[rows], teacher, taught))

    first, last = slice(0, 3), slice(3, 6)
    expected = (loss_of(first, answers[first]) + loss_of(last, None)) / 2
    mixed = loss_of(slice(None), answers, torch.tensor([True] * 3 + [False] * 3))
    torch.testing.assert_close(mixed, expected)


def test_an_epoch_ends_after_its_batches(tmp_path: Path) -> None:
    class Counter(Callback):
        batches = 0

        def on_train_batch_end(self, *_: object) -> None:
            self.batches += 1

    counter = Counter()
    fit_bars(quick_settings(epochs=2, epoch_batches=3), tmp_path, counter)
    assert counter.batches == 6


def test_the_moving_average_equals_one_computed_by_hand(tmp_path: Path) -> None:
    class Recorder(Callback):
        def __init__(self) -> None:
            self.weights: list[torch.Tensor] = []

        def on_train_batch_end(self, trainer: Trainer, pl_module: LightningModule, *_: object) -> None:
            self.weights.append(next(pl_module.parameters()).detach().clone())

    recorder = Recorder()
    averaged = next(fit_bars(quick_settings(epochs=2, averaging=0.6), tmp_path, recorder).parameters())
    expected, *later = recorder.weights
    for steps, weights in enumerate(later, start=1):
        expected = expected * decay_after(steps, 0.6) + weights * (1 - decay_after(steps, 0.6))
    torch.testing.assert_close(averaged.detach(), expected)


def test_fewer_images_than_a_batch_are_too_few(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="fewer than a batch of 512"):
        fit_bars(quick_settings(batch=512), tmp_path)


def test_dropout_scales_the_dropout_of_the_architecture() -> None:
    task = RecognitionTask(quick_settings(architecture="cnn", dropout=0.5), ["bars"])
    assert [module.p for module in task.network.modules() if isinstance(module, torch.nn.Dropout)] == [0.125, 0.25]


def test_a_step_begins_with_the_weights_of_its_start(tmp_path: Path) -> None:
    start = build_network("mlp")
    trained = state_of(fit_bars(quick_settings(epochs=1, learning_rate=1e-9, weight_decay=0), tmp_path, start=start))
    assert all(torch.allclose(trained[name], weights, atol=1e-6) for name, weights in start.state_dict().items())


def test_a_share_of_the_starting_weights_is_kept(tmp_path: Path) -> None:
    start = build_network("mlp")
    ended, halfway, begun = (
        state_of(fit_bars(quick_settings(start_share=share), tmp_path / str(share), start=start))
        for share in (0.0, 0.5, 1.0)
    )
    for name, weights in start.state_dict().items():
        torch.testing.assert_close(begun[name], weights)
        torch.testing.assert_close(halfway[name], (ended[name] + weights) / 2)
        assert not torch.equal(ended[name], weights)


def test_the_average_follows_closely_at_first() -> None:
    assert decay_after(1, 0.999) == pytest.approx(2 / 11)
    assert decay_after(90, 0.999) == pytest.approx(0.91)
    assert decay_after(100_000, 0.999) == 0.999
