"""Training images that were drawn once, with a teacher's answers: what every student of that teacher learns from.

An ensemble takes longer to answer than a student to learn from its answer. Epoch e of a run goes through epoch e of
the answers, and through the first again after the last. They lie in a folder named after what they were made from.
"""

import hashlib
import json
import logging
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.lib.format import open_memmap
from numpy.typing import NDArray
from torch import Tensor

from shared.recognition.model_version import find_manifest
from shared.recognition.normalisation import SIDE
from training.datasets.labelled_images import DataUnavailableError
from training.mixture import load_training
from training.options import Options
from training.sources import Mixture
from training.teacher import Teacher

log = logging.getLogger(__name__)

DRAWN_AT_ONCE = 500  # images
DESCRIPTION = "answers.json"


@dataclass(frozen=True)
class Answers:
    """images (E, N, 28, 28) uint8, labels (E, N) int8, logits (E, N, 10) float16, all on disk.

    `data`: the name and hash of each part of the mixture that they were drawn from.
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
    description = describe(options)
    name = hashlib.sha256(json.dumps(description, sort_keys=True).encode()).hexdigest()[:16]
    folder = options.data_dir / "answers" / name
    if not folder.exists():
        draw_answers(load_training(options), teacher, options, folder, description)
    log.info("learning from the answers in %s; remove the folder to have others drawn", folder)
    images, labels, logits = (np.load(folder / f"{part}.npy", mmap_mode="r") for part in ("images", "labels", "logits"))
    return Answers(images, labels, logits, json.loads((folder / DESCRIPTION).read_text())["data"])


def describe(options: Options) -> dict[str, str | int | bool]:
    """What the answers are made from. The seed is not: runs that differ in nothing else share them."""
    files = {"pen_digits": options.pen_digits, "pen_letters": options.pen_letters}
    versions = {"teacher": options.teacher, "judge": options.judge}
    return {
        **{role: find_manifest(options.models_dir, name).reference for role, name in versions.items() if name},
        "dataset": ",".join(options.dataset),
        "augmentation": options.augmentation,
        "pictures": options.pictures,
        "not_digits": options.not_digit_weight > 0,
        "epochs": options.answered_epochs,
        "precision": options.precision,
        **{name: hashlib.sha256(file.read_bytes()).hexdigest() for name, file in files.items() if file},
    }


def draw_answers(
    mixture: Mixture, teacher: Teacher, options: Options, folder: Path, description: dict[str, str | int | bool]
) -> None:
    """Into a folder beside it that is renamed at the end: a reader never sees half of them."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    shape = (options.answered_epochs, len(mixture))
    mixture = mixture.to(torch.device("cuda" if options.accelerator != "cpu" and torch.cuda.is_available() else "cpu"))
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="drawing-") as drawing:
        unfinished = Path(drawing) / folder.name
        unfinished.mkdir()
        images = open_memmap(unfinished / "images.npy", "w+", np.uint8, (*shape, SIDE, SIDE))
        labels = open_memmap(unfinished / "labels.npy", "w+", np.int8, shape)
        logits = open_memmap(unfinished / "logits.npy", "w+", np.float16, (*shape, 10))
        generator = torch.Generator().manual_seed(options.seed)
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
        told = {**description, "seed": options.seed, "data": mixture.hashes()}
        (unfinished / DESCRIPTION).write_text(json.dumps(told, indent=2))
        if folder.exists():  # another run drew them meanwhile
            shutil.rmtree(unfinished)
        else:
            unfinished.rename(folder)
