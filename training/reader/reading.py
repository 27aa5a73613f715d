"""Reads composed pages with a reader network, as serving does."""

from collections.abc import Sequence

import torch
from torch import nn

from shared.recognition.page.detection import ComputeMaps, Grey, PageMaps, find_marks
from shared.recognition.page.mark import Mark
from shared.recognition.page.neighbours import keep_digits
from shared.recognition.reader_calibration import ReaderCalibration
from training.reader.measured_pages import Slices
from training.reader.normalisation import NORMALISATION

FoundSlices = dict[str, list[list[Mark]]]  # layout → marks of each page, the surest first


def make_compute_maps(network: nn.Module) -> ComputeMaps:
    """Return the network as a function of one page, in evaluation mode and in single precision."""
    network = network.eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    @torch.inference_mode()
    def compute_maps(page: Grey) -> PageMaps:
        pages = NORMALISATION(torch.from_numpy(page[None])).contiguous(memory_format=torch.channels_last)
        maps: PageMaps = network(pages)[0].numpy()
        return maps

    return compute_maps


def read_slices(slices: Slices, compute_maps: ComputeMaps) -> FoundSlices:
    """Find all marks on all pages, however unsure."""
    return {name: [find_marks(page.picture, compute_maps).marks for page in pages] for name, pages in slices.items()}


def select_sure(marks: Sequence[Mark], calibration: ReaderCalibration) -> list[Mark]:
    """The marks that serving starts from; it then leaves out ghosts and accepts a lone doubtful digit."""
    digits = [mark for mark in marks if mark.probabilities is not None]
    separators = [mark for mark in marks if mark.probabilities is None]
    sure = [mark for mark in separators if mark.score >= calibration.separator_threshold]
    return keep_digits(digits, calibration.digit_threshold) + sure
