"""Trains the CNN on MNIST and publishes it as a model version: the whole recipe, top to bottom.

`python -m training.train --help`. The last 5,000 training images are held out: they fit the temperature and the
digit score. The test images are touched once, after that, for the manifest.
"""

import argparse
import hashlib
import platform
import sys
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from tqdm import tqdm

from shared.recognition.architectures import build_network
from shared.recognition.calibration import Calibration, fit_calibration
from shared.recognition.model_version import Manifest, next_version, set_current, write_model_version
from shared.recognition.normalisation import Normalisation
from training.augmentation import Augmentation
from training.embellishment import Embellishment
from training.evaluation import compute_logits, measure
from training.mnist import DATA_DIR, DataUnavailableError, LabelledImages, load_mnist

VALIDATION_IMAGES = 5000


@dataclass(frozen=True)
class Recipe:
    """The options of a run. docs/experiments.md has what each default was chosen against."""

    architecture: str = "cnn"
    epochs: int = 24  # augmented batches are new each time; the curve is flat after this
    batch: int = 128  # below, the overhead of a step shows on a CPU; above, accuracy falls
    learning_rate: float = 2e-3  # peak of the one-cycle schedule
    weight_decay: float = 0.02
    label_smoothing: float = 0.05
    averaging: float = 0.999  # decay of the weight average that is published
    seed: int = 1
    bf16: bool = False  # twice as fast where the CPU or GPU has bfloat16 units, several times slower where not


def train_network(recipe: Recipe, data: LabelledImages, device: torch.device) -> nn.Module:
    """Trained weights, averaged over the last thousands of steps, in evaluation mode on `device`."""
    torch.manual_seed(recipe.seed)
    generator = torch.Generator().manual_seed(recipe.seed)
    network = build_network(recipe.architecture).to(device)
    average = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(recipe.averaging))
    optimizer = torch.optim.AdamW(network.parameters(), lr=recipe.learning_rate, weight_decay=recipe.weight_decay)
    steps = len(data) // recipe.batch
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, recipe.learning_rate, epochs=recipe.epochs, steps_per_epoch=steps
    )
    normalise, augment, embellish = Normalisation(), Augmentation(), Embellishment()
    images, labels = torch.from_numpy(data.images).to(device), torch.from_numpy(data.labels).to(device)
    for epoch in range(recipe.epochs):
        network.train()
        order = torch.randperm(len(data), generator=generator)[: steps * recipe.batch].to(device)
        loss_sum = torch.zeros((), device=device)
        for batch in tqdm(order.split(recipe.batch), desc=f"epoch {epoch + 1}/{recipe.epochs}", leave=False):
            drawn = augment(embellish(images[batch], labels[batch], generator), generator)
            inputs = normalise(drawn).contiguous(memory_format=torch.channels_last)
            with torch.autocast(device.type, torch.bfloat16, enabled=recipe.bf16):
                logits: Tensor = network(inputs)
            loss = cross_entropy(logits.float(), labels[batch], label_smoothing=recipe.label_smoothing)
            optimizer.zero_grad()
            torch.autograd.backward(loss)
            optimizer.step()
            schedule.step()
            average.update_parameters(network)
            loss_sum += loss.detach()
        print(f"epoch {epoch + 1}: loss {loss_sum.item() / steps:.4f}", flush=True)
    return average.module.eval()


def publish(
    recipe: Recipe,
    network: nn.Module,
    calibration: Calibration,
    metrics: dict[str, dict[str, float]],
    data: dict[str, str],
    models_dir: Path,
) -> Manifest:
    """Writes the next model version and makes it the current one."""
    now = datetime.now(UTC)
    manifest = Manifest(
        name=recipe.architecture,
        version=next_version(models_dir, recipe.architecture, now),
        created_at=now.replace(microsecond=0),
        architecture=recipe.architecture,
        normalisation=Normalisation(),
        calibration=calibration,
        data=data,
        recipe=asdict(recipe),
        metrics=metrics,
        libraries={"python": platform.python_version(), "torch": torch.__version__, "numpy": np.__version__},
    )
    write_model_version(models_dir, manifest, network)
    set_current(models_dir, manifest.name, manifest.version)
    return manifest


def split_validation(data: LabelledImages) -> tuple[LabelledImages, LabelledImages]:
    """(training, validation): MNIST's own order already mixes writers, so the tail is held out."""
    cut = len(data) - VALIDATION_IMAGES
    return (
        LabelledImages(data.images[:cut], data.labels[:cut]),
        LabelledImages(data.images[cut:], data.labels[cut:]),
    )


def parse_arguments() -> tuple[Recipe, argparse.Namespace]:
    """The recipe from the command line, one option a field, and where things are."""
    parser = argparse.ArgumentParser(description="Train the CNN on MNIST and publish it.")
    for field in fields(Recipe):
        option = f"--{field.name.replace('_', '-')}"
        if field.type is bool:
            parser.add_argument(option, action="store_true")
        else:
            parser.add_argument(option, type=type(field.default), default=field.default)
    parser.add_argument("--data-dir", type=Path, default=DATA_DIR)
    parser.add_argument("--models-dir", type=Path, default=Path("models"))
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--no-publish", action="store_true", help="print the validation figures and stop")
    arguments = parser.parse_args()
    return Recipe(**{field.name: getattr(arguments, field.name) for field in fields(Recipe)}), arguments


def main() -> int:
    """`make train`."""
    recipe, arguments = parse_arguments()
    device = torch.device(arguments.device)
    try:
        training, validation = split_validation(load_mnist("train", arguments.data_dir))
        test = load_mnist("test", arguments.data_dir)
    except DataUnavailableError as error:
        print(error, file=sys.stderr)
        return 1
    network = train_network(recipe, training, device)
    normalisation = Normalisation()

    validation_logits = compute_logits(network, normalisation, validation.images, device)
    calibration = fit_calibration(validation_logits, torch.from_numpy(validation.labels))
    metrics = {"mnist_validation": measure(validation_logits, torch.from_numpy(validation.labels), calibration)}
    print("validation:", metrics["mnist_validation"])
    if arguments.no_publish:
        return 0
    test_logits = compute_logits(network, normalisation, test.images, device)
    metrics["mnist_test"] = measure(test_logits, torch.from_numpy(test.labels), calibration)
    hashes = {"mnist_train": hashlib.sha256(training.images.tobytes() + training.labels.tobytes()).hexdigest()}
    manifest = publish(recipe, network, calibration, metrics, hashes, arguments.models_dir)
    print("test:", manifest.metrics["mnist_test"])
    print(f"published {manifest.reference}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
