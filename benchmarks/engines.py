"""Every engine that runs here: images a second by batch size, and how far its answers are from the network's own.

`python -m benchmarks.engines`: on a machine with an NVIDIA GPU its engine stands in the table as well. Speeds are
medians of rounds in which the engines take turns, one caller and one look each. Answers are compared over MNIST's test
images, doubtful ones looked at twice.
"""

import argparse
from importlib.util import find_spec
from pathlib import Path
from statistics import median

import numpy as np
import torch

from benchmarks.models import time_forward
from services.inference.batch_input import IMAGES_A_PIECE
from services.inference.engines.choice import MAKERS, choose_engine, has_gpu
from services.inference.engines.engine import Engine
from services.inference.recogniser import Recogniser
from shared.recognition.model_version import Manifest, find_manifest
from shared.recognition.normalisation import Images
from shared.recognition.second_look import look_twice
from shared.recognition.weights import load_network
from training.data.mnist import load_mnist
from training.evaluation.measures import make_look

BATCHES = (1, 32, 64, 1024, 16_384)
ROUNDS = 5


def make_engines(models_dir: Path, manifest: Manifest) -> dict[str, Engine]:
    """By the library and what it runs on."""
    folder = models_dir / manifest.reference
    engines = {f"{name}, processor": make()(folder, manifest) for name, make in MAKERS.items() if find_spec(name)}
    if has_gpu():
        engines[f"torch, {torch.cuda.get_device_name()}"] = choose_engine("torch", "cuda")(folder, manifest)
    return engines


def compare(engine: Engine, images: Images, manifest: Manifest, expected: np.ndarray) -> str:
    """Digits that differ, and the greatest difference of a probability."""
    recogniser = Recogniser(manifest, engine)
    pieces = [images[start : start + IMAGES_A_PIECE] for start in range(0, len(images), IMAGES_A_PIECE)]
    answers = np.concatenate([recogniser.recognise(piece).probabilities for piece in pieces])
    differing = int((answers.argmax(axis=1) != expected.argmax(axis=1)).sum())
    return f"{differing} | {np.abs(answers - expected).max():.1e}"


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description="Every engine that runs here.")
    parser.add_argument("--models-dir", type=Path, default=Path("models"))
    parser.add_argument("--model", default="cnn", help="«name» or «name/version»")
    arguments = parser.parse_args()
    manifest = find_manifest(arguments.models_dir, arguments.model)
    engines = make_engines(arguments.models_dir, manifest)
    images = load_mnist("test").images
    look = make_look(load_network(arguments.models_dir, manifest), manifest.normalisation)
    expected = manifest.calibration.probabilities(look_twice(look, images, manifest.calibration))
    for engine in engines.values():
        time_forward(engine.compute_logits, images[:1])  # warm
    speeds: dict[tuple[str, int], list[float]] = {}
    for batch in BATCHES:
        repeated = np.resize(images, (batch, *images.shape[1:]))
        for _ in range(ROUNDS):
            for name, engine in engines.items():
                speeds.setdefault((name, batch), []).append(time_forward(engine.compute_logits, repeated))
    print(f"| images/s of `{manifest.reference}` at batch | {' | '.join(f'{batch:,}' for batch in BATCHES)} | "
          "other digits in 10,000 | probabilities differ by at most |")  # fmt: skip
    print("| --- " * (len(BATCHES) + 3) + "|")
    for name, engine in engines.items():
        cells = [f"{median(speeds[name, batch]):,.0f}" for batch in BATCHES]
        print(f"| {name} | {' | '.join(cells)} | {compare(engine, images, manifest, expected)} |")


if __name__ == "__main__":
    main()
