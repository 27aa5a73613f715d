"""A Markdown table of all models in use: size, accuracy and speed.

`python -m benchmarks.models` reads the accuracies from the manifests; they were measured when the versions were
published. It measures images/s of a single forward pass on this machine: one thread, batches of 32, the median of
several rounds in which the models take turns.
"""

import argparse
import time
from collections.abc import Callable, Sequence, Sized
from pathlib import Path
from statistics import median
from typing import TypeVar

import torch

from shared.recognition.model_version import WEIGHTS, Manifest, find_manifest, list_versions
from shared.recognition.weights import load_network

BATCH = 32
ROUNDS = 7
ROUND_S = 0.3  # length of a round; at least one batch
MODELS_DIR = Path("models")
MISSING = "–"

T = TypeVar("T", bound=Sized)


def time_forward(forward: Callable[[T], object], images: T) -> float:
    """The images per second of `forward` over one round."""
    count, started = 0, time.perf_counter()
    while time.perf_counter() - started < ROUND_S:
        forward(images)
        count += len(images)
    return count / (time.perf_counter() - started)


def format_percent(manifest: Manifest, name: str, metric: str) -> str:
    """A metric of a slice in the manifest, as a percentage; MISSING if that slice was not measured."""
    value = manifest.metrics.get(name, {}).get(metric)
    return MISSING if value is None else f"{value:.2%}"


def list_pen_slices(manifests: Sequence[Manifest]) -> list[str]:
    """The slices of pen drawings in any of the manifests: one for each file of strokes, the first file's first."""
    measured = {name for manifest in manifests for name in manifest.metrics if name.startswith("pen_drawings")}
    return sorted({"pen_drawings"} | measured)


@torch.inference_mode()
def main() -> None:
    """Prints the table."""
    argparse.ArgumentParser(description="Prints a table of all models in use.").parse_args()
    torch.set_num_threads(1)
    images = torch.randn(BATCH, 1, 28, 28)
    names = sorted({name for name, _ in list_versions(MODELS_DIR)})
    manifests = [find_manifest(MODELS_DIR, name) for name in names]
    networks = {manifest.reference: load_network(MODELS_DIR, manifest) for manifest in manifests}
    rounds = [{name: time_forward(network, images) for name, network in networks.items()} for _ in range(ROUNDS)]
    slices = ("mnist", *list_pen_slices(manifests), "uploads", "photographs")
    titles = ["MNIST test", *[name.replace("_", " ") for name in slices[1:]]]
    head = ["model", "parameters", "weights", *titles, "calibration error, MNIST / pen", "letters rejected", "images/s"]
    print(f"| {' | '.join(head)} |")
    print("| --- " * len(head) + "|")
    for manifest in manifests:
        size = (MODELS_DIR / manifest.reference / WEIGHTS).stat().st_size / 1e6
        accuracies = [format_percent(manifest, name, "accuracy") for name in slices]
        errors = " / ".join(format_percent(manifest, name, "calibration_error") for name in ("mnist", "pen_drawings"))
        speed = median(measured[manifest.reference] for measured in rounds)
        cells = [
            f"`{manifest.reference}`",
            f"{manifest.parameters:,}",
            f"{size:.1f} MB",
            *accuracies,
            errors,
            format_percent(manifest, "pen_letters", "rejected"),
            f"{speed:,.0f}",
        ]
        print(f"| {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
