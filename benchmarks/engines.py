"""Compares all engines of this machine: images per second by batch size, and differences from the torch network.

`python -m benchmarks.engines` prints the table. On a machine with an NVIDIA GPU it has a row for the GPU. Speeds are
medians over rounds in which the engines take turns, with one caller and without augmented views. Answers are compared
on MNIST's test images, with augmented views of the doubtful ones.
"""

import argparse
from importlib.util import find_spec
from pathlib import Path
from statistics import median

import numpy as np
import torch

from benchmarks.models import time_forward
from services.inference.engines.choice import FASTEST_FIRST, MAKE_ENGINE, choose_engine, has_gpu
from services.inference.engines.engine import Engine
from services.inference.http.batch_body import IMAGES_PER_CHUNK
from services.inference.recogniser import Recogniser
from shared.recognition.augmented_views import compute_augmented_logits
from shared.recognition.model_version import Manifest, find_manifest
from shared.recognition.normalisation import Images
from shared.recognition.weights import load_network
from training.data.mnist import load_mnist
from training.evaluation.measures import make_compute_logits

BATCHES = (1, 32, 64, 1024, 16_384)
ROUNDS = 5


def make_engines(models_dir: Path, manifest: Manifest) -> dict[str, Engine]:
    """All engines of this machine, by library and device."""
    folder = models_dir / manifest.reference
    engines = {f"{name}, processor": MAKE_ENGINE[name]()(folder, manifest) for name in FASTEST_FIRST if find_spec(name)}
    if has_gpu():
        engines[f"torch, {torch.cuda.get_device_name()}"] = choose_engine("torch", "cuda")(folder, manifest)
    return engines


def compare(engine: Engine, images: Images, manifest: Manifest, expected: np.ndarray) -> str:
    """Two cells of the table: the number of other digits, and the largest difference of a probability."""
    recogniser = Recogniser(manifest, engine)
    pieces = [images[start : start + IMAGES_PER_CHUNK] for start in range(0, len(images), IMAGES_PER_CHUNK)]
    answers = np.concatenate([recogniser.recognise(piece).probabilities for piece in pieces])
    differing = int((answers.argmax(axis=1) != expected.argmax(axis=1)).sum())
    return f"{differing} | {np.abs(answers - expected).max():.1e}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Compare the engines that run on this machine.")
    parser.add_argument("--models-dir", type=Path, default=Path("models"))
    parser.add_argument("--model", default="cnn", help="`name` or `name/version` (default: %(default)s)")
    arguments = parser.parse_args()
    manifest = find_manifest(arguments.models_dir, arguments.model)
    engines = make_engines(arguments.models_dir, manifest)
    images = load_mnist("test").images
    compute_logits = make_compute_logits(load_network(arguments.models_dir, manifest), manifest.normalisation)
    logits = compute_augmented_logits(compute_logits, images, manifest.calibration)
    expected = manifest.calibration.probabilities(logits)
    for engine in engines.values():
        time_forward(engine.compute_logits, images[:1])  # warms up
    speeds: dict[tuple[str, int], list[float]] = {}
    for batch in BATCHES:
        repeated = np.resize(images, (batch, *images.shape[1:]))
        for _ in range(ROUNDS):
            for name, engine in engines.items():
                speeds.setdefault((name, batch), []).append(time_forward(engine.compute_logits, repeated))
    print(f"| images/s of `{manifest.reference}` at batch | {' | '.join(f'{batch:,}' for batch in BATCHES)} | "
          "other digits in 10,000 | largest difference of a probability |")  # fmt: skip
    print("| --- " * (len(BATCHES) + 3) + "|")
    for name, engine in engines.items():
        cells = [f"{median(speeds[name, batch]):,.0f}" for batch in BATCHES]
        print(f"| {name} | {' | '.join(cells)} | {compare(engine, images, manifest, expected)} |")


if __name__ == "__main__":
    main()
