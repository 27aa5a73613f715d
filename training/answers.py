"""Training images that were drawn once, with a teacher's answers: what every student of that teacher learns from.

An ensemble takes longer to answer than a student to learn from its answer. Epoch e of a run goes through epoch e of
the answers, and through the first again after the last. They lie in a folder named after what they were made from.
"""

import hashlib
import json
import logging
import shutil
from dataclasses import dataclass
from fcntl import LOCK_EX, flock
from pathlib import Path

import numpy as np
import torch
from numpy.lib.format import open_memmap
from numpy.typing import NDArray
from torch import Tensor

from shared.recognition.model_version import WEIGHTS, folder_of
from shared.recognition.normalisation import SIDE
from training.datasets.labelled_images import DataUnavailableError
from training.mixture import load_training
from training.options import Options
from training.sources import Mixture
from training.teacher import Teacher, find_manifests

log = logging.getLogger(__name__)

DRAWN_AT_ONCE = 500  # images
SEED = 1  # of the drawing, whatever the seed of the run that comes first
ARRAYS = ("images", "labels", "logits")
DESCRIPTION = "answers.json"
DRAWING_CODE = (
    *("training/mixture.py", "training/sources.py", "training/judging.py", "training/teacher.py"),
    *("training/augmentation/*.py", "training/datasets/*.py", "training/evaluation/*.py", "shared/recognition/**/*.py"),
)


@dataclass(frozen=True)
class Answers:
    """images (E, N, 28, 28) uint8, labels (E, N) int8, logits (E, N, 10) float16, all on disk.

    `data`: the name and hash of each part of the mixture that they were drawn from, and of themselves.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int8]
    logits: NDArray[np.float16]
    data: dict[str, str]

    def __len__(self) -> int:
        """Of one epoch."""
        return int(self.labels.shape[1])

    def hashes(self) -> dict[str, str]:
        """See Mixture."""
        return self.data

    def read(self, members: Tensor, epoch: int) -> tuple[Tensor, Tensor, Tensor]:
        """members (B,) → images (B, 28, 28) uint8, labels (B,) int64 and logits (B, 10) float32, on the CPU."""
        rows = members.cpu().numpy()
        images, labels, logits = (part[epoch % len(part)][rows] for part in (self.images, self.labels, self.logits))
        return torch.from_numpy(images), torch.from_numpy(labels).long(), torch.from_numpy(logits).float()


def load_answers(options: Options, teacher: Teacher | None) -> Answers:
    """Draws them first where there are none yet. DataUnavailableError with what to run or to leave out."""
    if teacher is None:
        raise DataUnavailableError("Nobody is there to answer: --answered-epochs needs a --teacher.")
    if "labelled_drawings" in options.dataset:
        raise DataUnavailableError("Labelled drawings grow: leave them out, or --answered-epochs, which keeps images.")
    origin = describe_origin(options)
    name = hashlib.sha256(json.dumps(origin, sort_keys=True).encode()).hexdigest()[:16]
    folder = options.data_dir / "answers" / name
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        flock(lock, LOCK_EX)  # whoever comes meanwhile waits and then finds them
        if not folder.exists():
            draw_answers(load_training(options.model_copy(update={"seed": SEED})), teacher, options, folder, origin)
    log.info("learning from the answers in %s", folder)
    try:
        images, labels, logits = (np.load(folder / f"{part}.npy", mmap_mode="r") for part in ARRAYS)
        return Answers(images, labels, logits, json.loads((folder / DESCRIPTION).read_text())["data"])
    except (OSError, EOFError, ValueError, KeyError) as error:
        raise DataUnavailableError(f"The answers in {folder} are damaged: remove them.") from error


def describe_origin(options: Options) -> dict[str, str | int | bool]:
    """What the answers are made from, the code that draws them too. DataUnavailableError where a file is missing."""
    versions = {"teacher": options.teacher, "judge": options.judge}
    weights = {role: hash_weights(names, options) for role, names in versions.items() if names}
    files = {"pen_digits": options.pen_digits, "pen_letters": options.pen_letters}
    try:
        strokes = {name: hashlib.sha256(file.read_bytes()).hexdigest() for name, file in files.items() if file}
    except OSError as error:
        raise DataUnavailableError(f"There are no pen strokes: {error}") from error
    return {
        "dataset": ",".join(options.dataset),
        "augmentation": options.augmentation,
        "pictures": options.pictures,
        "unseen_writers": ",".join(options.unseen_writers or ()),
        "not_digits": options.not_digit_weight > 0,
        "epochs": options.answered_epochs,
        "precision": options.precision,
        "code": hash_code(),
        **weights,
        **strokes,
    }


def hash_weights(references: str, options: Options) -> str:
    """Not the names: a version that was removed leaves its number to another."""
    hashes = []
    for manifest in find_manifests(references, options):
        weights = folder_of(options.models_dir, manifest.name, manifest.version) / WEIGHTS
        hashes.append(f"{manifest.reference} {hashlib.sha256(weights.read_bytes()).hexdigest()}")
    return ",".join(hashes)


def hash_code() -> str:
    """Of all that decides which images are drawn, and of whom."""
    root = Path(__file__).parents[1]
    sources = sorted(path for pattern in DRAWING_CODE for path in root.glob(pattern))
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()


def draw_answers(
    mixture: Mixture, teacher: Teacher, options: Options, folder: Path, origin: dict[str, str | int | bool]
) -> None:
    """Into a folder beside it that is renamed at the end: a reader never sees half of them."""
    unfinished = folder.with_suffix(".drawing")
    shutil.rmtree(unfinished, ignore_errors=True)  # of a run that was killed
    unfinished.mkdir()
    shape = (options.answered_epochs, len(mixture))
    device = torch.device("cuda" if options.accelerator != "cpu" and torch.cuda.is_available() else "cpu")
    mixture = mixture.to(device)
    images = open_memmap(unfinished / "images.npy", "w+", np.uint8, (*shape, SIDE, SIDE))
    labels = open_memmap(unfinished / "labels.npy", "w+", np.int8, shape)
    logits = open_memmap(unfinished / "logits.npy", "w+", np.float16, (*shape, 10))
    generator = torch.Generator(device).manual_seed(SEED)
    for epoch in range(options.answered_epochs):
        log.info("drawing epoch %d of %d for the teacher to answer", epoch + 1, options.answered_epochs)
        for start in range(0, len(mixture), DRAWN_AT_ONCE):
            chosen = torch.arange(start, min(start + DRAWN_AT_ONCE, len(mixture)))
            drawn, known = mixture.draw(chosen, generator)
            rows = slice(start, start + len(chosen))
            images[epoch, rows] = drawn.round().to(torch.uint8).cpu().numpy()
            labels[epoch, rows] = known.cpu().numpy()
            logits[epoch, rows] = teacher.answer(drawn).cpu().numpy()
    for array in (images, labels, logits):
        array.flush()
    data = {**mixture.hashes(), "answers": hash_arrays(unfinished)}
    (unfinished / DESCRIPTION).write_text(json.dumps({**origin, "data": data}, indent=2))
    unfinished.rename(folder)


def hash_arrays(folder: Path) -> str:
    """So that no run goes on with other answers than it began with."""
    sha = hashlib.sha256()
    for name in ARRAYS:
        with (folder / f"{name}.npy").open("rb") as array:
            sha.update(hashlib.file_digest(array, "sha256").digest())
    return sha.hexdigest()
