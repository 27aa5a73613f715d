"""People who draw and label digits, made up but the same in every run: hand-made forms, drawn with a pen."""

from dataclasses import dataclass
from functools import cache
from uuid import UUID

import numpy as np
import torch
from numpy.typing import NDArray

from shared.recognition.normalisation import Images
from training.data.labelled_images import LabelledImages
from training.data.parts import make_forms
from training.data.people_drawings import PeopleDrawings
from training.data.sources import as_stroke_source

NO_ONE = np.zeros(0, np.bool_)


MOST = 900


def draw_digits(count: int, seed: int = 1) -> LabelledImages:
    """Return images of digits, each digit about as often. Another seed draws others."""
    drawn = _draw_all(seed)
    return LabelledImages(drawn.images[:count], drawn.labels[:count])


@cache
def _draw_all(seed: int) -> LabelledImages:
    forms = as_stroke_source(make_forms(MOST, seed))
    order = torch.from_numpy(np.random.default_rng(seed).permutation(MOST))
    images = forms.draw(order, torch.Generator().manual_seed(seed))
    return LabelledImages(images.round().to(torch.uint8).numpy(), forms.labels[order].numpy())


def uuid(number: int, kind: int = 0) -> str:
    """Return the id of a drawing, or of an owner with another `kind`."""
    return str(UUID(int=(kind << 64) + number, version=4))


def make_drawings(
    images: Images,
    labels: NDArray[np.int64],
    owners: NDArray[np.str_] | list[str],
    labelled_by: NDArray[np.str_] | list[str] | None = None,
    reviewed: NDArray[np.bool_] = NO_ONE,
) -> PeopleDrawings:
    """Return drawings that were labelled one after the other, by their owners if nobody else is named."""
    nothing = np.zeros(len(labels), np.bool_)
    return PeopleDrawings(
        ids=np.array([uuid(number) for number in range(len(labels))], np.str_),
        owners=np.array(owners, np.str_),
        labelled_by=np.array(owners if labelled_by is None else labelled_by, np.str_),
        labels=labels,
        times=np.arange(len(labels), dtype=np.float64),
        suspected=nothing,
        reviewed=reviewed if len(reviewed) else nothing,
        images=images,
    )


@dataclass(frozen=True)
class Town:
    """The drawings of honest people and of vandals. `wrong` (N,): the label is a vandal's wrong one."""

    drawings: PeopleDrawings
    by_vandals: NDArray[np.bool_]
    wrong: NDArray[np.bool_]


def build_town(
    honest: int = 20, of_each: int = 25, vandals: int = 0, of_each_vandal: int = 0, wrong: float = 1.0, lie: int = 3
) -> Town:
    """Return a town of honest people and vandals, who label the share `wrong` of their drawings as `lie`."""
    owners = [uuid(number, 1) for number in range(honest) for _ in range(of_each)]
    owners += [uuid(number, 2) for number in range(vandals) for _ in range(of_each_vandal)]
    chance = np.random.default_rng(5)
    order = chance.permutation(len(owners))
    by_vandals = order >= honest * of_each
    drawn = draw_digits(len(owners))
    lies = by_vandals & (chance.random(len(owners)) < wrong) & (drawn.labels != lie)
    labels = np.where(lies, lie, drawn.labels)
    return Town(make_drawings(drawn.images, labels, np.array(owners, np.str_)[order]), by_vandals, lies)
