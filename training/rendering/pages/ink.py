"""How dark the writing and the printed frames of one sheet are."""

from dataclasses import dataclass

from training.rendering.pages.sheet import Random


@dataclass(frozen=True)
class Ink:
    """The shares by which writing and printed frames move the paper to the grey level `target`."""

    writing: float
    frame: float
    target: float


def choose_ink(random: Random) -> Ink:
    """Pencil to marker; frames may be fainter or stronger than the writing."""
    writing = random.uniform(0.75, 1.0) if random.random() < 0.6 else random.uniform(0.3, 0.8)
    frame = random.uniform(0.1, 1.0)
    return Ink(float(writing), float(frame), float(random.choice([0, 0, 0, 30, 60])))
