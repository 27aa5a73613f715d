"""How much time an epoch takes beyond the network's own arithmetic, and how soon a network reads MNIST.

`python -m benchmarks.training_speed` compares one epoch of training, with augmentation, with the same number of bare
forward and backward passes on the same device. With `--seconds-to` it then trains until the network reads 99 % and
99.4 % of MNIST's test images. The time for these checks is not counted, and nothing is selected or published with them.
"""

import argparse
import tempfile
import time
from pathlib import Path

import training  # noqa: F401  it declares two operators for torchvision, which must precede importing Lightning

# isort: split
import torch
from lightning.pytorch import Callback, LightningModule, Trainer
from torch.nn.functional import cross_entropy

from shared.recognition.architectures import build_network
from training.data.mnist import load_mnist
from training.learning.data_module import TrainingData, load_data
from training.learning.fitting import fit
from training.learning.step_folder import StepFolder
from training.learning.task import RecognitionTask
from training.logs import configure_logs
from training.options import TrainingOptions
from training.recipes.recipe import Settings, read_recipe

FASTEST = Path(__file__).with_name("seconds_to_accuracy.toml")
BARE_STEPS = 100
GOALS = (0.99, 0.994)
CHECKED_EVERY = 20  # steps


class Stopwatch(Callback):
    """`seconds` from the first to the last training batch, without validation."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.steps = 0

    def on_train_epoch_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Start the clock."""
        self._started = time.perf_counter()

    def on_train_batch_end(self, trainer: Trainer, pl_module: LightningModule, *_: object) -> None:
        """Stop the clock after the last batch."""
        self.steps += 1
        if trainer.is_last_batch:
            synchronise(pl_module.device)
            self.seconds += time.perf_counter() - self._started


class GoalWatch(Callback):
    """The seconds of training and the steps after which each of GOALS is first reached."""

    def __init__(self, data_dir: Path) -> None:
        test = load_mnist("test", data_dir)
        self.images, self.labels = torch.from_numpy(test.images), torch.from_numpy(test.labels)
        self.reached: dict[float, str] = {}
        self.seconds = 0.0

    def on_train_epoch_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Start the clock again after validation."""
        self._started = time.perf_counter()

    def on_train_batch_end(self, trainer: Trainer, pl_module: LightningModule, *_: object) -> None:
        """Stop the clock and measure the accuracy every CHECKED_EVERY steps."""
        if trainer.global_step % CHECKED_EVERY and not trainer.is_last_batch:
            return
        synchronise(pl_module.device)
        self.seconds += time.perf_counter() - self._started
        accuracy = self.measure_accuracy(pl_module)
        for goal in GOALS:
            if accuracy >= goal:
                self.reached.setdefault(goal, f"{self.seconds:.2f} s, {trainer.global_step} steps")
        trainer.should_stop = len(self.reached) == len(GOALS)
        self._started = time.perf_counter()

    @torch.no_grad()
    def measure_accuracy(self, task: LightningModule) -> float:
        """The accuracy of the present weights on MNIST's test images."""
        assert isinstance(task, RecognitionTask)
        task.eval()
        device = task.device
        logits = [task.member_logits(images.to(device)).mean(0) for images in self.images.split(1000)]
        task.train()
        return float((torch.cat(logits).argmax(1).cpu() == self.labels).float().mean())


def measure_bare(settings: Settings, device: torch.device) -> float:
    """Return the seconds of one forward and backward pass over one batch."""
    network = build_network(settings.architecture)
    network = network.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    images = torch.randn(settings.batch, 1, 28, 28, device=device)
    labels = torch.randint(10, (settings.batch,), device=device)

    def step() -> None:
        with torch.autocast(device.type, torch.bfloat16, enabled=settings.precision != "32-true"):
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


def measure_epoch(settings: Settings, data: TrainingData) -> Stopwatch:
    """Train one epoch, as `training.train` does, and return its stopwatch."""
    watch = Stopwatch()
    with tempfile.TemporaryDirectory() as folder:
        fit(settings, StepFolder(Path(folder)), data, callbacks=[watch])
    return watch


def synchronise(device: torch.device) -> None:
    """Wait for a GPU, which is still computing when its commands return."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Compares an epoch with bare forward and backward passes.")
    parser.add_argument("--recipe", default="mnist", help="the recipe whose first step is timed")
    parser.add_argument("--seconds-to", action="store_true", help="also train to 99 %% and 99.4 %% of MNIST test")
    arguments = parser.parse_args()
    configure_logs()
    options = TrainingOptions()
    print_epoch(read_recipe(arguments.recipe, {"epochs": 1}).steps[0], options)
    if arguments.seconds_to:
        print_seconds_to(read_recipe(str(FASTEST)).steps[0], options)


def print_epoch(settings: Settings, options: TrainingOptions) -> None:
    """Print the seconds of an epoch beside those of bare passes, measured before and after it."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    data = load_data(settings, options)
    before = measure_bare(settings, device)
    watch = measure_epoch(settings, data)
    bare = (before + measure_bare(settings, device)) / 2 * watch.steps
    name = torch.cuda.get_device_name() if device.type == "cuda" else f"{torch.get_num_threads()} CPU threads"
    print(f"{settings.architecture}, {settings.precision}, batch {settings.batch}, {name}")
    print(f"| {watch.steps} steps | seconds |\n| --- | --- |")
    print(f"| bare forward and backward | {bare:.1f} |\n| epoch with augmentation | {watch.seconds:.1f} |")
    print(f"| ratio | {watch.seconds / bare:.2f} |")


def print_seconds_to(settings: Settings, options: TrainingOptions) -> None:
    """Train a new network with the settings that reach GOALS soonest, and print when it reached them."""
    goals = GoalWatch(options.data_dir)
    with tempfile.TemporaryDirectory() as folder:
        fit(settings, StepFolder(Path(folder)), load_data(settings, options), callbacks=[goals])
    for goal in GOALS:
        print(f"| {goal:.1%} of MNIST test | {goals.reached.get(goal, f'not in {settings.epochs} epochs')} |")


if __name__ == "__main__":
    main()
