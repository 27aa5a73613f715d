"""What an epoch costs beside the network's own arithmetic, and how soon MNIST is read.

`python -m benchmarks.training_speed`: one epoch of training, augmentation and all, against the same number of bare
forward and backward passes, on the same device in the same run. `--seconds-to` then trains until 99 % and 99.4 % of
MNIST's test images are read, the time of asking left out; nothing is chosen or published by that.
"""

import argparse
import tempfile
import time
from pathlib import Path

import training  # noqa: F401  its declaration for torchvision has to come before Lightning is imported

# isort: split
import torch
from lightning.pytorch import Callback, LightningModule, Trainer
from torch.nn.functional import cross_entropy

from shared.recognition.architectures import build_network
from training.learning.data_module import TrainingData, load_data
from training.data.mnist import load_mnist
from training.learning.fitting import Run, fit
from training.logs import configure_logs
from training.options import Options
from training.learning.task import RecognitionTask

BARE_STEPS = 100
GOALS = (0.99, 0.994)
ASKED_EVERY = 20  # steps


class Stopwatch(Callback):
    """`seconds` from the first batch to the end of the last, validation left out."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.steps = 0

    def on_train_epoch_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Starts."""
        self._started = time.perf_counter()

    def on_train_batch_end(self, trainer: Trainer, pl_module: LightningModule, *_: object) -> None:
        """Stops after the last."""
        self.steps += 1
        if trainer.is_last_batch:
            synchronise(pl_module.device)
            self.seconds += time.perf_counter() - self._started


class GoalWatch(Callback):
    """When each of GOALS is first reached, in seconds of training and steps."""

    def __init__(self, data_dir: Path) -> None:
        test = load_mnist("test", data_dir)
        self.images, self.labels = torch.from_numpy(test.images), torch.from_numpy(test.labels)
        self.reached: dict[float, str] = {}
        self.seconds = 0.0

    def on_train_epoch_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Goes on; between epochs there is validation."""
        self._started = time.perf_counter()

    def on_train_batch_end(self, trainer: Trainer, pl_module: LightningModule, *_: object) -> None:
        """Stops, and asks now and then."""
        if trainer.global_step % ASKED_EVERY and not trainer.is_last_batch:
            return
        synchronise(pl_module.device)
        self.seconds += time.perf_counter() - self._started
        accuracy = self.ask(pl_module)
        for goal in GOALS:
            if accuracy >= goal:
                self.reached.setdefault(goal, f"{self.seconds:.2f} s, {trainer.global_step} steps")
        trainer.should_stop = len(self.reached) == len(GOALS)
        self._started = time.perf_counter()

    @torch.no_grad()
    def ask(self, task: LightningModule) -> float:
        """The accuracy on MNIST test as the weights are now."""
        assert isinstance(task, RecognitionTask)
        task.eval()
        device = task.device
        logits = [task.member_logits(images.to(device)).mean(0) for images in self.images.split(1000)]
        task.train()
        return float((torch.cat(logits).argmax(1).cpu() == self.labels).float().mean())


def measure_bare(options: Options, device: torch.device) -> float:
    """Seconds for a forward and a backward pass over one batch."""
    network = build_network(options.model).to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    images = torch.randn(options.batch, 1, 28, 28, device=device)
    labels = torch.randint(10, (options.batch,), device=device)

    def step() -> None:
        with torch.autocast(device.type, torch.bfloat16, enabled=options.precision != "32-true"):
            loss = cross_entropy(network(images).float(), labels)
        network.zero_grad()
        torch.autograd.backward(loss)

    for _ in range(5):
        step()
    synchronise(device)
    started = time.perf_counter()
    for _ in range(BARE_STEPS):
        step()
    synchronise(device)
    return (time.perf_counter() - started) / BARE_STEPS


def measure_epoch(options: Options, data: TrainingData) -> Stopwatch:
    """One epoch as `training.train` runs it."""
    watch = Stopwatch()
    with tempfile.TemporaryDirectory() as folder:
        fit(options, Run(Path(folder)), data, [watch])
    return watch


def synchronise(device: torch.device) -> None:
    """A GPU works on after its commands return."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description="Time of an epoch against bare forward and backward passes.")
    parser.add_argument("--model", default="cnn")
    parser.add_argument("--precision", default="32-true")
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--learning-rate", type=float, default=2e-3)
    parser.add_argument("--optimizer", default="adamw")
    parser.add_argument("--seconds-to", action="store_true", help="also train until 99 %% and 99.4 %% are read")
    parser.add_argument("--epochs", type=int, default=8, help="at most, for --seconds-to")
    arguments = vars(parser.parse_args())
    seconds_to, epochs = arguments.pop("seconds_to"), arguments.pop("epochs")
    configure_logs()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    options = Options(**arguments, epochs=1, tracker="none")
    data = load_data(options)
    before = measure_bare(options, device)
    watch = measure_epoch(options, data)
    bare = (before + measure_bare(options, device)) / 2 * watch.steps
    name = torch.cuda.get_device_name() if device.type == "cuda" else f"{torch.get_num_threads()} CPU threads"
    print(f"{options.model}, {options.precision}, batch {options.batch}, {name}")
    print(f"| {watch.steps} steps | seconds |\n| --- | --- |")
    print(f"| bare forward and backward | {bare:.1f} |\n| epoch with augmentation | {watch.seconds:.1f} |")
    print(f"| ratio | {watch.seconds / bare:.2f} |")
    if seconds_to:
        print_seconds_to(
            Options(**arguments, epochs=epochs, tracker="none", not_digit_weight=0, augmentation="mild", dropout=0)
        )


def print_seconds_to(options: Options) -> None:
    """Trains anew, with what gets there fastest."""
    goals = GoalWatch(options.data_dir)
    data = load_data(options)
    with tempfile.TemporaryDirectory() as folder:
        fit(options, Run(Path(folder)), data, [goals])
    for goal in GOALS:
        print(f"| {goal:.1%} of MNIST test | {goals.reached.get(goal, f'not in {options.epochs} epochs')} |")


if __name__ == "__main__":
    main()
