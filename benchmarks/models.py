"""Every model in use, in one Markdown table: size, what its manifest says it reaches, and how fast it is here.

`python -m benchmarks.models`: the accuracies are those measured when the version was published; images/s are of the
forward pass alone, one thread, batches of 32, the median of several rounds in which the models take turns.
"""

import argparse
import time
from collections.abc import Callable, Sized
from pathlib import Path
from statistics import median
from typing import TypeVar

import torch

from shared.recognition.model_version import CURRENT, WEIGHTS, Manifest, find_manifest
from shared.recognition.weights import load_network

BATCH = 32
ROUNDS = 7
SECONDS = 0.3  # a round, or one batch where that takes longer
MISSING = "–"

T = TypeVar("T", bound=Sized)


def time_forward(forward: Callable[[T], object], images: T) -> float:
    """Images per second over one round."""
    count, started = 0, time.perf_counter()
    while time.perf_counter() - started < SECONDS:
        forward(images)
        count += len(images)
    return count / (time.perf_counter() - started)


def percent(manifest: Manifest, name: str, metric: str) -> str:
    """A share of the manifest, where that slice was measured."""
    value = manifest.metrics.get(name, {}).get(metric)
    return MISSING if value is None else f"{value:.2%}"


@torch.inference_mode()
def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description="Every model in use, in one table.")
    parser.add_argument("--models-dir", type=Path, default=Path("models"))
    models_dir = parser.parse_args().models_dir
    torch.set_num_threads(1)
    images = torch.randn(BATCH, 1, 28, 28)
    manifests = [find_manifest(models_dir, pointer.parent.name) for pointer in sorted(models_dir.glob(f"*/{CURRENT}"))]
    networks = {manifest.reference: load_network(models_dir, manifest) for manifest in manifests}
    rounds = [{name: time_forward(network, images) for name, network in networks.items()} for _ in range(ROUNDS)]
    slices = ("mnist", "pen_drawings", "uploads", "photographs")
    print("| model | parameters | weights | MNIST test | pen drawings | uploads | photographs | calibration error, "
          "MNIST / pen | letters refused | images/s |")  # fmt: skip
    print("| --- " * 10 + "|")
    for manifest in manifests:
        size = (models_dir / manifest.reference / WEIGHTS).stat().st_size / 1e6
        accuracies = [percent(manifest, name, "accuracy") for name in slices]
        errors = " / ".join(percent(manifest, name, "calibration_error") for name in ("mnist", "pen_drawings"))
        speed = median(measured[manifest.reference] for measured in rounds)
        cells = [
            f"`{manifest.reference}`",
            f"{manifest.parameters:,}",
            f"{size:.1f} MB",
            *accuracies,
            errors,
            percent(manifest, "pen_letters", "refused"),
            f"{speed:,.0f}",
        ]
        print(f"| {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
