"""One version of the reader network in memory: a page in, maps out. `load_page_reader` reads its files.

It pads every page to one of a few sizes, because engines prepare a network for each size and keep what they prepared.
"""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import structlog

from services.inference.engines.choice import MakePageEngine
from services.inference.engines.page_engine import Grey, PageEngine, PageMaps
from shared.recognition.model_version import (
    READER,
    ModelVersionError,
    ReaderManifest,
    folder_of,
    read_reader_manifest,
)
from shared.recognition.page.maps import CHANNELS, STRIDE

logger = structlog.get_logger(__name__)

# Pixels of padded pages. `find_marks` asks for at most 640, and for 352 and 192 with most pages, which get borders.
SIDES = (64, 128, 192, 256, 288, 352, 416, 480, 560, 640)
TRIAL = np.zeros((SIDES[0], SIDES[0]), np.uint8)


class ReaderUnavailableError(Exception):
    """There is no version of the reader network that can be used, so pages can't be read. The message says why."""


@dataclass(frozen=True)
class PageReader:
    """An engine together with the manifest of its version. Threads may use it at the same time."""

    manifest: ReaderManifest
    engine: PageEngine

    def compute_maps(self, page: Grey) -> PageMaps:
        """(H, W) uint8, multiples of 16 → (C, H/4, W/4) float32. The last pixels are repeated in the padding."""
        height, width = page.shape
        below, right = _choose_side(height) - height, _choose_side(width) - width
        padded = cv2.copyMakeBorder(page, 0, below, 0, right, cv2.BORDER_REPLICATE) if below or right else page
        maps = self.engine.compute_maps(np.ascontiguousarray(padded, np.uint8))
        return maps[:, : height // STRIDE, : width // STRIDE]


def _choose_side(length: int) -> int:
    """The next side of SIDES; longer ones are rounded up to the longest side of SIDES."""
    longest = SIDES[-1]
    return next((side for side in SIDES if side >= length), -(-length // longest) * longest)


def load_page_reader(models_dir: Path, version: str, make_engine: MakePageEngine) -> PageReader:
    """Load `reader/<version>`. ModelVersionError if a file of it is missing or broken."""
    manifest = read_reader_manifest(models_dir, version)
    try:
        reader = PageReader(manifest, make_engine(folder_of(models_dir, READER, version), manifest))
        maps = reader.compute_maps(TRIAL)  # the first call is slow, so it must not be a request
    except ModelVersionError:
        raise
    except Exception as error:  # each engine library raises its own types for a broken file
        logger.warning("engine_failed", model_version=manifest.reference, reason=str(error))
        message = f"{manifest.reference} can't be loaded: its model file is missing or broken."
        raise ModelVersionError(message) from error
    if maps.shape != (CHANNELS, TRIAL.shape[0] // STRIDE, TRIAL.shape[1] // STRIDE):
        raise ModelVersionError(f"{manifest.reference} can't be loaded: its maps have the shape {maps.shape}.")
    logger.info("model_loaded", model_version=manifest.reference, device=reader.engine.device)
    return reader
