"""Training images drawn in advance, with a teacher's answers, from which every student of that teacher can learn.

The teacher, an ensemble, takes longer to answer a batch than the student takes to learn from it. So the answers are
computed once and stored under `.data/answers/`, in a folder named after everything they were made from. Epoch e of a
run uses epoch e of the answers, and starts over with the first epoch after the last one.
"""

import hashlib
import json
import logging
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from fcntl import LOCK_EX, flock
from pathlib import Path

import numpy as np
import torch
from numpy.lib.format import open_memmap
from numpy.typing import NDArray
from torch import Tensor

from shared.recognition.model_version import WEIGHTS, find_manifest, folder_of
from shared.recognition.normalisation import SIDE
from training.data.label_filter import Answer
from training.data.mixture import load_training
from training.data.sources import Mixture
from training.errors import DataUnavailableError
from training.options import TrainingOptions
from training.recipes.recipe import Settings

log = logging.getLogger(__name__)

BATCH = 500
SEED = 1  # seed of the images; the same for all runs, because they share the images
ARRAYS = ("images", "labels", "logits")
DESCRIPTION = "answers.json"
DRAWING_CODE = ("training/data/**/*.py", "training/rendering/**/*.py", "shared/recognition/**/*.py")

Origin = Mapping[str, str | int | bool]


@dataclass(frozen=True)
class Answers:
    """images (E, N, 28, 28) uint8, labels (E, N) int8, logits (E, N, 10) float16, all memory-mapped files.

    `data` maps the name of each part of the mixture, and "answers", to its hash.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int8]
    logits: NDArray[np.float16]
    data: dict[str, str]

    def __len__(self) -> int:
        """Return the number of images in one epoch."""
        return int(self.labels.shape[1])

    def hashes(self) -> dict[str, str]:
        """Return the name and hash of each part, as `Mixture.hashes` does."""
        return self.data

    def read(self, members: Tensor, epoch: int) -> tuple[Tensor, Tensor, Tensor]:
        """members (B,) → images (B, 28, 28) uint8, labels (B,) int64 and logits (B, 10) float32, on the CPU."""
        rows = members.cpu().numpy()
        images, labels, logits = (part[epoch % len(part)][rows] for part in (self.images, self.labels, self.logits))
        return torch.from_numpy(images), torch.from_numpy(labels).long(), torch.from_numpy(logits).float()


def load_answers(
    settings: Settings, options: TrainingOptions, teacher: Answer, label_filter: Answer | None = None
) -> Answers:
    """Load the stored answers, or draw and store them first. DataUnavailableError with what to do."""
    if "labelled_drawings" in settings.dataset:
        raise DataUnavailableError("labelled_drawings grow over time: leave them out, or set answered_epochs to 0.")
    origin = describe_origin(settings, options)
    name = hashlib.sha256(json.dumps(origin, sort_keys=True).encode()).hexdigest()[:16]
    folder = options.data_dir / "answers" / name
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        flock(lock, LOCK_EX)  # a second run waits here and then finds the folder
        if not folder.exists():
            mixture = load_training(settings.model_copy(update={"seed": SEED}), options, label_filter)
            draw_answers(mixture, teacher, settings.answered_epochs, folder, origin)
    log.info("learning from the answers in %s", folder)
    try:
        images, labels, logits = (np.load(folder / f"{part}.npy", mmap_mode="r") for part in ARRAYS)
        return Answers(images, labels, logits, json.loads((folder / DESCRIPTION).read_text())["data"])
    except (OSError, EOFError, ValueError, KeyError) as error:
        raise DataUnavailableError(f"The answers in {folder} are damaged: delete the folder.") from error


def describe_origin(settings: Settings, options: TrainingOptions) -> Origin:
    """Return everything that decides the images and the answers. DataUnavailableError if a file is missing."""
    versions = {"teacher": settings.teacher, "label_filter": settings.label_filter}
    weights = {role: hash_weights(name, options.models_dir) for role, name in versions.items() if name}
    digits = {f"pen_digits{number or ''}": file for number, file in enumerate(options.pen_digits)}
    files = digits | {"pen_letters": options.pen_letters, "doodles": options.doodles}
    try:
        strokes = {name: hashlib.sha256(file.read_bytes()).hexdigest() for name, file in files.items() if file}
    except OSError as error:
        raise DataUnavailableError(f"A file of pen strokes or doodles cannot be read: {error}") from error
    return {
        "dataset": ",".join(settings.dataset),
        "augmentation": settings.augmentation,
        "pictures": settings.pictures,
        "cut_digits": settings.cut_digits,
        "not_digits": settings.not_digit_weight > 0,
        "epochs": settings.answered_epochs,
        "precision": settings.precision,
        "code": hash_code(),
        **weights,
        **strokes,
    }


def hash_weights(reference: str, models_dir: Path) -> str:
    """Return the version and the hash of its weights, because a version's name can be given to other weights later."""
    manifest = find_manifest(models_dir, reference)
    weights = folder_of(models_dir, manifest.name, manifest.version) / WEIGHTS
    return f"{manifest.reference} {hashlib.sha256(weights.read_bytes()).hexdigest()}"


def hash_code() -> str:
    """Return the hash of the code that decides which images are drawn."""
    root = Path(__file__).parents[2]
    files = sorted(path for pattern in DRAWING_CODE for path in root.glob(pattern))
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def draw_answers(mixture: Mixture, teacher: Answer, epochs: int, folder: Path, origin: Origin) -> None:
    """Draw the epochs into a temporary folder and rename it at the end, so that nobody reads half of them."""
    unfinished = folder.with_suffix(".drawing")
    shutil.rmtree(unfinished, ignore_errors=True)  # left by a run that was killed
    unfinished.mkdir()
    shape = (epochs, len(mixture))
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    mixture = mixture.to(device)
    images = open_memmap(unfinished / "images.npy", "w+", np.uint8, (*shape, SIDE, SIDE))
    labels = open_memmap(unfinished / "labels.npy", "w+", np.int8, shape)
    logits = open_memmap(unfinished / "logits.npy", "w+", np.float16, (*shape, 10))
    generator = torch.Generator(device).manual_seed(SEED)
    for epoch in range(epochs):
        log.info("drawing and answering epoch %d of %d", epoch + 1, epochs)
        for start in range(0, len(mixture), BATCH):
            members = torch.arange(start, min(start + BATCH, len(mixture)))
            drawn, known = mixture.draw(members, generator)
            rows = slice(start, start + len(members))
            images[epoch, rows] = drawn.round().to(torch.uint8).cpu().numpy()
            labels[epoch, rows] = known.cpu().numpy()
            logits[epoch, rows] = teacher(drawn).cpu().numpy()
    for array in (images, labels, logits):
        array.flush()
    data = {**mixture.hashes(), "answers": hash_arrays(unfinished)}
    (unfinished / DESCRIPTION).write_text(json.dumps({**origin, "data": data}, indent=2))
    unfinished.rename(folder)


def hash_arrays(folder: Path) -> str:
    """Return the hash of all arrays, so that a run is never continued with other answers."""
    sha = hashlib.sha256()
    for name in ARRAYS:
        with (folder / f"{name}.npy").open("rb") as array:
            sha.update(hashlib.file_digest(array, "sha256").digest())
    return sha.hexdigest()
